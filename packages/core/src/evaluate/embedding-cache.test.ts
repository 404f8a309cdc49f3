import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { randomEmbedder } from '../../test/fixtures/tiny-benchmark.ts';
import { croppedFile } from '../image/crop.ts';
import { encodePng } from '../image/encode.ts';
import type { ImageFile } from '../pair.ts';
import { cachedEmbedder } from './embedding-cache.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'embeddings-'));
});
afterEach(() => rm(dir, { recursive: true }));

const hashed = (seed: number) => ({ ...randomEmbedder(seed), hash: async () => `${seed}`.repeat(64) });
const pixel = (colour: number) => ({ width: 1, height: 1, data: Uint8Array.of(colour % 256, colour >> 8, 0) });
const texts = Array.from({ length: 2100 }, (_, k) => `text ${k}`);

it('gives the rows of the model in the order asked for, and asks it for each text once', async () => {
  const model = hashed(1);
  const cached = await cachedEmbedder(model, dir);
  expect(await cached.embedTexts(['b', 'a', 'b'])).toEqual(await randomEmbedder(1).embedTexts(['b', 'a', 'b']));
  expect(await cached.embedTexts(['c', 'b'])).toEqual(await randomEmbedder(1).embedTexts(['c', 'b']));
  expect(model.texts).toEqual(['b', 'a', 'c']);
  expect(await cached.embedTexts([])).toHaveLength(0);
  expect(await cachedEmbedder(cached, join(dir, 'another'))).toBe(cached);
});

it('keeps rows from run to run, for this model alone', async () => {
  await (await cachedEmbedder(hashed(1), dir)).embedTexts(texts);
  const again = hashed(1);
  const rows = await (await cachedEmbedder(again, dir)).embedTexts([...texts].reverse());
  expect(rows).toEqual(await randomEmbedder(1).embedTexts([...texts].reverse()));
  expect(again.texts).toEqual([]);
  const other = hashed(2);
  await (await cachedEmbedder(other, dir)).embedTexts(texts);
  expect(other.texts).toEqual(texts);
});

it('knows a picture by its content, whatever its name, and a part by the whole and the box, without making it', async () => {
  const bytes = await encodePng(pixel(5));
  let read = 0;
  const file = (name: string): ImageFile => ({
    name,
    async bytes() {
      read++;
      return bytes;
    },
  });
  const part = (x: number) => croppedFile(file('whole.png'), { x, y: 0, width: 1, height: 1 });
  const model = hashed(1);
  const first = await cachedEmbedder(model, dir);
  await first.embedImages([file('a.png'), file('b.png'), pixel(5), part(0), part(1)]);
  expect(model.pictures.map(({ colour }) => colour)).toEqual([5, 5, 5, 0]);
  const again = hashed(1);
  read = 0;
  await (await cachedEmbedder(again, dir)).embedImages([file('c.png'), part(1), part(0), pixel(5)]);
  expect(again.pictures).toEqual([]);
  expect(read).toBe(3);
});

it('goes on behind the last block that was written', async () => {
  const controller = new AbortController();
  const model = hashed(1);
  const calls: string[][] = [];
  const slow = {
    ...model,
    embedTexts: async (list: readonly string[]) => {
      calls.push([...list]);
      if (calls.length === 2) controller.abort(new Error('enough'));
      return model.embedTexts(list);
    },
  };
  const cached = await cachedEmbedder(slow, dir);
  await expect(cached.embedTexts(texts, { signal: controller.signal })).rejects.toThrow('enough');
  await (await cachedEmbedder(slow, dir)).embedTexts(texts);
  expect(calls.map(({ length }) => length)).toEqual([1024, 1024, 52]);
  expect(calls.flat()).toEqual(texts);
});

it.each([
  ['a changed byte', async (path: string) => writeFile(path, flipped(await readFile(path)))],
  ['a missing end', async (path: string) => writeFile(path, (await readFile(path)).subarray(0, 100))],
  ['something behind it', (path: string) => appendFile(path, 'x')],
])('embeds anew what stood in a file with %s', async (_, damage) => {
  await (await cachedEmbedder(hashed(1), dir)).embedTexts(texts.slice(0, 1024));
  const folder = join(dir, '1'.repeat(64), 'texts');
  const [file] = await readdir(folder);
  await damage(join(folder, file!));
  await writeFile(join(folder, `${'0'.repeat(64)}.bin.tmp-1-1`), 'half');
  const model = hashed(1);
  const cached = await cachedEmbedder(model, dir);
  expect(await cached.embedTexts(texts)).toEqual(await randomEmbedder(1).embedTexts(texts));
  expect(model.texts).toEqual(texts);
  expect((await readdir(folder)).filter((name) => name.endsWith('.bin'))).toHaveLength(3);
});

function flipped(bytes: Buffer): Buffer {
  bytes[bytes.length - 1]! ^= 1;
  return bytes;
}
