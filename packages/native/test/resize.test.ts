import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadBinding } from '../lib/index.ts';

const binding = await loadBinding();

const [width, height] = [32, 24];
const golden = JSON.parse(readFileSync(new URL('./golden/resize.json', import.meta.url), 'utf8')) as {
  width: number;
  height: number;
  pixels: string;
}[];

/** The same whole numbers as in make-resize-golden.py. */
const picture = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
  const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
  const both = Math.floor(((x * (width - 1 - x) + y * (height - 1 - y)) * 255) / 372);
  return [Math.floor((x * 255) / (width - 1)), Math.floor((y * 255) / (height - 1)), both][at % 3]!;
});

it.each(golden)("is within one level of Pillow's BICUBIC at $width × $height", async (expected) => {
  const resized = await binding.resize(picture, height, width, expected.height, expected.width);
  const pillow = Buffer.from(expected.pixels, 'hex');
  expect(resized.length).toBe(pillow.length);
  expect(Math.max(...Array.from(resized, (value, at) => Math.abs(value - pillow[at]!)))).toBeLessThanOrEqual(1);
});

it('leaves a picture of the wanted size as it is', async () => {
  expect(await binding.resize(picture, height, width, height, width)).toEqual(picture);
});

it('makes one pixel of a picture, and a picture of one pixel', async () => {
  const even = new Uint8Array(5 * 7 * 3).fill(90);
  expect(Array.from(await binding.resize(even, 5, 7, 1, 1))).toEqual([90, 90, 90]);
  expect(Array.from(await binding.resize(Uint8Array.of(1, 2, 3), 1, 1, 1, 2))).toEqual([1, 2, 3, 1, 2, 3]);
});

it('refuses a size of 0', async () => {
  await expect((async () => binding.resize(picture, height, width, 0, 5))()).rejects.toThrow(/outHeight/);
});
