import type { ImageFile } from '../pair.ts';
import { reencoded } from './reencode.ts';

export type Background = 'white' | 'black';

/** A picture as it looks on a background: opaque, where it has transparency; without, its bytes stay as they are. */
export function flattened(file: ImageFile, background: Background): ImageFile {
  return reencoded(file, {
    ignoreIcc: true,
    needs: ({ hasAlpha }) => hasAlpha,
    change: (image) => image.flatten({ background }),
  });
}
