import { expect, test } from 'vitest';
import type { Pixels } from '../pair.ts';
import { Random } from '../random.ts';
import { difference, refusalOfEdit } from './verify-edit.ts';

/** Tiles of chance, so that two seeds make two pictures. */
function picture(seed: number, width = 64, height = 48): Pixels {
  const random = new Random('picture', seed);
  const tiles = Array.from({ length: 64 * 3 }, () => random.below(256));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const tile = Math.floor((8 * y) / height) * 8 + Math.floor((8 * x) / width);
      data.set(tiles.slice(3 * tile, 3 * tile + 3), (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

/** With its left part in one colour. */
function painted({ width, height, data }: Pixels, share: number): Pixels {
  const copy = data.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < share * width; x++) copy.set([0, 0, 255], (y * width + x) * 3);
  }
  return { width, height, data: copy };
}

const side = (pixels: Pixels, text: string) => ({ pixels, text, bytes: pixels.data });
const original = side(picture(1), 'a red cup');

test.each([
  ['the same picture', picture(1), null],
  ['a changed part', painted(picture(1), 0.4), null],
  ['the same picture at another size', picture(1, 128, 96), null],
  ['mostly another picture', painted(picture(1), 0.7), 'another picture'],
  ['another picture', picture(2), 'another picture'],
])('%s', async (_, pixels, refusal) => {
  expect(await refusalOfEdit(original, side(pixels, 'a blue cup'), { scorer: null })).toBe(refusal);
});

test('an edit must follow the negative text, where there is somebody to tell', async () => {
  const scorer = (wanted: string) => ({
    id: 's',
    score: async ({ text }: { text: string }) => Number(text === wanted),
  });
  const edited = side(painted(picture(1), 0.2), 'a blue cup');
  expect(await refusalOfEdit(original, edited, { scorer: scorer('a blue cup') })).toBeNull();
  expect(await refusalOfEdit(original, edited, { scorer: scorer('a red cup') })).toMatch(/^closer to the caption/);
});

test('the difference does not depend on the order, and is nothing for pictures smaller than the grid that are alike', () => {
  expect(difference(picture(1), picture(2))).toBe(difference(picture(2), picture(1)));
  expect(difference(picture(1), picture(2))).toBeGreaterThan(40);
  const small = { width: 2, height: 3, data: new Uint8Array(18).fill(7) };
  expect(difference(small, small)).toBe(0);
});
