import sharp from 'sharp';
import type { ImageFile, Pixels } from '../pair.ts';
import { decodeImage } from './decode.ts';

/**
 * A small WebP of a picture, for a page: it fits into a square and is never enlarged.
 * @param side Of the square, in pixels.
 * @throws AnagramError `image-unreadable`
 */
export async function thumbnail(picture: Pixels | ImageFile, side: number): Promise<Uint8Array> {
  const { width, height, data } = 'bytes' in picture ? await decodeImage(await picture.bytes(), picture.name) : picture;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 70 })
    .toBuffer();
}
