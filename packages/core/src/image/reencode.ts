import sharp, { type Metadata, type Sharp } from 'sharp';
import type { ImageFile } from '../pair.ts';
import { maxPixels } from './decode.ts';
import { detectFormat, isDecoded } from './format.ts';

/**
 * A picture that becomes a PNG of its first frame, 8 bit and upright, where it needs the change; else its bytes stay as they are. So
 * do those of what cannot be decoded, which `decodeImage` then refuses.
 */
export function reencoded(
  file: ImageFile,
  options: { ignoreIcc: boolean; needs: (metadata: Metadata) => boolean; change: (image: Sharp) => Sharp },
): ImageFile {
  const { ignoreIcc, needs, change } = options;
  return {
    name: file.name,
    async bytes() {
      const bytes = await file.bytes();
      if (!isDecoded(detectFormat(bytes))) return bytes;
      try {
        const image = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels, autoOrient: true, ignoreIcc });
        if (!needs(await image.metadata())) return bytes;
        return await change(image).toColourspace('srgb').png().toBuffer();
      } catch {
        return bytes;
      }
    },
  };
}
