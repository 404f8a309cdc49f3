import { shapes } from '@anagram/worlds/shapes';
import { expect, it } from 'vitest';
import { gridRegions, gridRegionWidth } from './grid-regions.ts';

const set = shapes({ styles: ['toon'], split: 'train', count: 4, seed: 1 });

it("tells a region by its colours and its place, and the picture's things with their attributes", async () => {
  const size = 36;
  const data = new Uint8Array(size * size * 3).fill(255);
  // Black where the last cell is.
  for (let y = 24; y < size; y++) data.fill(0, (y * size + 24) * 3, (y + 1) * size * 3);
  const image = { width: size, height: size, data };
  const text = 'a small red cube left of a ball';
  const { regions } = await gridRegions({
    ...set,
    pair: async (index, ...rest) => ({ ...(await set.pair(index, ...rest)), image, text }),
  }).pair(0, size);
  expect(regions!.tags).toBe('small red cube, ball');
  const cells = Array.from({ length: 9 }, (_, k) => [
    ...regions!.features.subarray(k * gridRegionWidth, (k + 1) * gridRegionWidth),
  ]);
  expect(cells.map((cell) => new Set(cell.slice(0, -4)))).toEqual([
    ...Array.from({ length: 8 }, () => new Set([1])),
    new Set([-1]),
  ]);
  expect(cells[5]!.slice(-4).map((part) => part * 3)).toEqual([2, 1, 1, 1].map((part) => expect.closeTo(part, 5)));
  expect(regions!.features).toHaveLength(9 * gridRegionWidth);
});
