import { expect, test } from 'vitest';
import { readAhead } from './read-ahead.ts';

/** Remembers how many ran at once; later items end earlier. */
function reader() {
  const seen = { most: 0, now: 0 };
  const read = async (item: number) => {
    seen.most = Math.max(seen.most, ++seen.now);
    for (let turns = 0; turns < 20 - item; turns++) await Promise.resolve();
    seen.now--;
    if (item === 7) throw new Error('seven');
    return item * 10;
  };
  return { seen, read };
}

test('what is read at once comes in order', async () => {
  const { seen, read } = reader();
  expect(await Array.fromAsync(readAhead([1, 2, 3, 4, 5], 3, read))).toEqual([10, 20, 30, 40, 50]);
  expect(seen.most).toBe(3);
});

test('an error waits for its turn, and whoever stops early waits for what was begun', async () => {
  const { seen, read } = reader();
  const found: number[] = [];
  const all = async () => {
    for await (const one of readAhead([5, 6, 7, 8], 4, read)) found.push(one);
  };
  await expect(all()).rejects.toThrow('seven');
  expect(found).toEqual([50, 60]);
  for await (const one of readAhead([1, 2, 3, 4], 2, read)) if (one === 10) break;
  expect(seen.now).toBe(0);
});
