import sharp from 'sharp';
import type { ImageFile } from '../pair.ts';
import { maxPixels } from './decode.ts';
import { detectFormat, isDecoded } from './format.ts';

/**
 * A picture that carries a colour profile, brought to sRGB by it: a PNG of its first frame, 8 bit and upright. Without a profile its bytes
 * stay as they are. So do those of what cannot be decoded, which `decodeImage` then refuses.
 */
export function toSrgb(file: ImageFile): ImageFile {
  return {
    name: file.name,
    async bytes() {
      const bytes = await file.bytes();
      if (!isDecoded(detectFormat(bytes))) return bytes;
      try {
        const image = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels, autoOrient: true });
        if (!(await image.metadata()).hasProfile) return bytes;
        return await image.toColourspace('srgb').png().toBuffer();
      } catch {
        return bytes;
      }
    },
  };
}
