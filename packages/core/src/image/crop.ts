import type { ImageFile, Pixels } from '../pair.ts';
import { decodeImage } from './decode.ts';
import { encodePng } from './encode.ts';

/** Part of a picture, in pixels from the upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a picture inside the box; what lies outside the picture is black, as in Pillow. */
export function crop({ width, height, data }: Pixels, box: Box): Pixels {
  const out = new Uint8Array(box.width * box.height * 3);
  const left = Math.max(0, box.x);
  const right = Math.min(width, box.x + box.width);
  for (let y = Math.max(0, box.y); y < Math.min(height, box.y + box.height); y++) {
    if (left >= right) break;
    const row = data.subarray((y * width + left) * 3, (y * width + right) * 3);
    out.set(row, ((y - box.y) * box.width + left - box.x) * 3);
  }
  return { width: box.width, height: box.height, data: out };
}

/** A picture that is cropped when it is read. Nothing is lost: it becomes a PNG. */
export function croppedFile(file: ImageFile, box: Box): ImageFile {
  const { name } = file;
  return {
    name: `${name} [${box.x}, ${box.y}, ${box.width}, ${box.height}]`,
    cutFrom: { file, box },
    bytes: async () => encodePng(crop(await decodeImage(await file.bytes(), name), box)),
  };
}
