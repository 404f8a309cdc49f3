import type { ImageFile } from '../pair.ts';
import { reencoded } from './reencode.ts';

/** A picture that carries a colour profile, brought to sRGB by it. Without a profile its bytes stay as they are. */
export function toSrgb(file: ImageFile): ImageFile {
  return reencoded(file, { ignoreIcc: false, needs: ({ hasProfile }) => hasProfile, change: (image) => image });
}
