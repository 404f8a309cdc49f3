import { expect, it } from 'vitest';
import { loadBinding } from '../lib/index.ts';

const binding = await loadBinding();

/** Pictures whose pixels are all different: value in red and green, the picture's number in blue. */
function pictures(count: number, size: number): Uint8Array {
  const pixels = new Uint8Array(count * size * size * 3);
  for (let pixel = 0; pixel < count * size * size; pixel++) {
    const inside = pixel % (size * size);
    pixels.set([inside & 255, inside >> 8, Math.floor(pixel / (size * size))], pixel * 3);
  }
  return pixels;
}

/** Where each pixel of each picture came from: (count, size·size) numbers of pixels. */
function sources(shuffled: Uint8Array, count: number, size: number): number[][] {
  return Array.from({ length: count }, (_, picture) =>
    Array.from({ length: size * size }, (_, pixel) => {
      const at = (picture * size * size + pixel) * 3;
      expect(shuffled[at + 2]).toBe(picture);
      return shuffled[at]! + 256 * shuffled[at + 1]!;
    }),
  );
}

const identity = (count: number) => Array.from({ length: count }, (_, index) => index);

it('permutes whole tiles', async () => {
  const [count, size, grid, tile] = [20, 12, 3, 4];
  const shuffled = await binding.shufflePatches(pictures(count, size), count, size, grid, 1);
  for (const source of sources(shuffled, count, size)) {
    const origins = identity(grid * grid).map((number) => {
      const corner = Math.floor(number / grid) * tile * size + (number % grid) * tile;
      for (let y = 0; y < tile; y++) {
        for (let x = 0; x < tile; x++) expect(source[corner + y * size + x]).toBe(source[corner]! + y * size + x);
      }
      return source[corner]!;
    });
    const corners = identity(grid * grid).map((n) => Math.floor(n / grid) * tile * size + (n % grid) * tile);
    expect([...origins].sort((a, b) => a - b)).toEqual(corners);
  }
});

it('draws again when the permutation is the identity', async () => {
  // One in 24 permutations of four tiles is the identity.
  const [count, size] = [200, 4];
  const shuffled = await binding.shufflePatches(pictures(count, size), count, size, 2, 7);
  const orders = sources(shuffled, count, size).map((source) => source.join());
  expect(orders).not.toContain(identity(size * size).join());
  expect(new Set(orders).size).toBe(23);
});

it.each([
  [10, 3],
  [11, 3],
  [7, 4],
  [5, 5],
  [56, 3],
])('keeps every pixel of a picture of %i cut %i times', async (size, grid) => {
  const shuffled = await binding.shufflePatches(pictures(5, size), 5, size, grid, 3);
  for (const source of sources(shuffled, 5, size)) {
    expect([...source].sort((a, b) => a - b)).toEqual(identity(size * size));
  }
});

it('gives one seed one result, another seed another, and leaves its input alone', async () => {
  const given = pictures(8, 12);
  const first = await binding.shufflePatches(given, 8, 12, 3, 5);
  expect(await binding.shufflePatches(given, 8, 12, 3, 5)).toEqual(first);
  expect(await binding.shufflePatches(given, 8, 12, 3, 6)).not.toEqual(first);
  expect(given).toEqual(pictures(8, 12));
});

it.each([0, 1, 13])('refuses a grid of %i for a picture of 12 pixels', async (grid) => {
  await expect((async () => binding.shufflePatches(pictures(1, 12), 1, 12, grid, 1))()).rejects.toThrow(/grid/);
});
