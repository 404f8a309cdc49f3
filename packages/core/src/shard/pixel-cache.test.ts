import { expect, test } from 'vitest';
import { PixelCache } from './pixel-cache.ts';

const pixels = (size: number) => ({ width: size, height: 1, data: new Uint8Array(size * 3) });

test('holds what fits, and drops what was not used for the longest time', async () => {
  const cache = new PixelCache(30);
  const loaded: string[] = [];
  const get = (key: string, size = 5) =>
    cache.get(key, async () => {
      loaded.push(key);
      return pixels(size);
    });
  await get('a');
  await get('b');
  await get('a');
  await get('c');
  expect(cache.bytes).toBe(30);
  await get('a');
  await get('c');
  expect(loaded).toEqual(['a', 'b', 'c']);
  await get('b');
  expect(loaded).toEqual(['a', 'b', 'c', 'b']);
  await get('huge', 11);
  expect(cache.bytes).toBe(30);
});

test('two that ask at once are both answered, and the picture counts once', async () => {
  const cache = new PixelCache(100);
  await Promise.all([1, 2].map(() => cache.get('a', async () => pixels(4))));
  expect(cache.bytes).toBe(12);
});

test('a picture that cannot be read is not remembered', async () => {
  const cache = new PixelCache(100);
  await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect((await cache.get('a', async () => pixels(1))).width).toBe(1);
});
