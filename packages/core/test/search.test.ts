import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIndex, openIndex, type SearchOptions } from '@anagram/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyEmbedder } from './fixtures/tiny-benchmark.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-search-'));
});
afterEach(() => rm(dir, { recursive: true }));

// As CLIP does: what a thing is stands in two numbers, and whether it is a picture or a text in a third that outweighs them.
const unit = (angle: number, kind: number) => [0.6 * Math.cos(angle), 0.6 * Math.sin(angle), 0.8 * kind];
const ofText = (text: string) => unit(text.length, 1);
const model = { ...tinyEmbedder(3, ofText, (colour) => unit(colour, -1)), hash: async () => 'tiny' };
const pixel = (colour: number) => ({ width: 1, height: 1, data: Uint8Array.of(colour, 0, 0) });
const words = (length: number) => 'x'.repeat(length);
const items = [
  { id: 'lone 4', text: words(4) },
  { id: 'picture 1', image: pixel(1) },
  { id: 'lone 1', text: words(1) },
  { id: 'picture 4', image: pixel(4), text: 'four' },
];

async function find(query: string | ReturnType<typeof pixel>, options?: SearchOptions): Promise<string[]> {
  const index = await openIndex({ model, dir });
  return (await index.search(query, options)).map(({ id }) => id);
}

test('a text finds pictures, although every lone text is nearer to it', async () => {
  expect(await buildIndex({ model, items, dir })).toMatchObject({ count: 4, pictures: 2 });
  expect(await find(words(1), { find: 'all' })).toEqual(['lone 1', 'lone 4', 'picture 1', 'picture 4']);
  expect(await find(words(1))).toEqual(['picture 1', 'picture 4']);
  expect(await find(words(1), { limit: 1 })).toEqual(['picture 1']);
});

test('lone texts are found where they are asked for, or where there is nothing else', async () => {
  await buildIndex({ model, items, dir });
  expect(await find(pixel(4), { find: 'texts' })).toEqual(['lone 4', 'lone 1']);
  await buildIndex({ model, items: items.filter(({ image }) => !image), dir });
  expect(await find(words(1))).toEqual(['lone 1', 'lone 4']);
  expect(await find(words(1), { find: 'pictures' })).toEqual([]);
});

test('every hit says what it is, but for an index of an older version', async () => {
  await buildIndex({ model, items, dir });
  const all = async () => (await openIndex({ model, dir })).search(words(1), { find: 'all', limit: 3 });
  expect(await all()).toMatchObject([{ kind: 'text' }, { kind: 'text' }, { id: 'picture 1', kind: 'picture' }]);
  const { pictures: _, ...older } = JSON.parse(await readFile(join(dir, 'index.json'), 'utf8'));
  await writeFile(join(dir, 'index.json'), JSON.stringify(older));
  expect(await find(words(1))).toHaveLength(4);
  await expect(find(words(1), { find: 'texts' })).rejects.toThrow('is of an older version');
  expect(await all()).toMatchObject([{ kind: null }, { kind: null }, { kind: null }]);
});
