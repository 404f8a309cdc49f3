import { expect, it } from 'vitest';
import { crop, croppedFile } from './crop.ts';
import { decodeImage } from './decode.ts';
import { encodePng } from './encode.ts';

/** Red says the column, green the row. */
const picture = { width: 4, height: 3, data: new Uint8Array(36) };
for (let y = 0; y < 3; y++) for (let x = 0; x < 4; x++) picture.data.set([10 * x, 10 * y, 7], (4 * y + x) * 3);

it('keeps what is inside the box', () => {
  const { width, height, data } = crop(picture, { x: 1, y: 1, width: 2, height: 2 });
  expect([width, height]).toEqual([2, 2]);
  expect([...data]).toEqual([10, 10, 7, 20, 10, 7, 10, 20, 7, 20, 20, 7]);
});

it('is black where the box leaves the picture', () => {
  const { data } = crop(picture, { x: -1, y: 2, width: 2, height: 2 });
  expect([...data]).toEqual([0, 0, 0, 0, 20, 7, 0, 0, 0, 0, 0, 0]);
  expect(crop(picture, { x: 9, y: 0, width: 1, height: 1 }).data).toEqual(new Uint8Array(3));
});

it('crops a file when it is read, without loss', async () => {
  const box = { x: 0, y: 1, width: 3, height: 2 };
  const file = croppedFile({ name: 'a.png', bytes: () => encodePng(picture) }, box);
  expect(file.name).toBe('a.png [0, 1, 3, 2]');
  expect(await decodeImage(await file.bytes())).toEqual(crop(picture, box));
});
