import sharp from 'sharp';
import type { ImageFile } from '../pair.ts';
import { maxPixels } from './decode.ts';
import { detectFormat, isDecoded } from './format.ts';

export type Background = 'white' | 'black';

/**
 * A picture as it looks on a background: with transparency it becomes a PNG of its first frame, 8 bit, upright and opaque;
 * without, its bytes stay as they are. So do those of what cannot be decoded, which `decodeImage` then refuses.
 */
export function flattened(file: ImageFile, background: Background): ImageFile {
  return {
    name: file.name,
    async bytes() {
      const bytes = await file.bytes();
      if (!isDecoded(detectFormat(bytes))) return bytes;
      const options = { failOn: 'error', limitInputPixels: maxPixels, autoOrient: true, ignoreIcc: true } as const;
      try {
        const image = sharp(bytes, options);
        if (!(await image.metadata()).hasAlpha) return bytes;
        return await image.flatten({ background }).toColourspace('srgb').png().toBuffer();
      } catch {
        return bytes;
      }
    },
  };
}
