import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Embedder } from '../evaluate/task.ts';
import type { AnagramEvent } from '../events.ts';
import { decodeImage } from '../image/decode.ts';
import { encodePng } from '../image/encode.ts';
import type { ImageFile } from '../pair.ts';
import { buildIndex } from './build-index.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-index-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Embeds a picture as its first pixel's red and green, a text as its length. */
const model: Embedder & { hash(): Promise<string> } = {
  embedDim: 2,
  hash: async () => 'model',
  async embedImages(images) {
    const rows = await Promise.all(
      images.map(async (image) => ('bytes' in image ? decodeImage(await image.bytes(), image.name) : image)),
    );
    return Float32Array.from(rows.flatMap(({ data }) => [data[0]!, data[1]!]));
  },
  embedTexts: async (texts) => Float32Array.from(texts.flatMap((text) => [text.length, 0])),
};

function picture(red: number): ImageFile {
  const pixels = { width: 1, height: 1, data: Uint8Array.of(red, 7, 0) };
  return { name: `${red}.png`, bytes: () => encodePng(pixels) };
}

it('puts pictures before texts, each in their order, and leaves out what cannot be read', async () => {
  const broken: ImageFile = { name: 'broken.png', bytes: async () => Uint8Array.of(1, 2, 3) };
  const built = await buildIndex({
    model,
    dir,
    items: [
      { id: 'a', image: picture(10) },
      { id: 'broken', image: broken },
      { id: 'b', text: 'four' },
      { id: 'nothing' },
      { id: 'c', image: picture(30), text: 'red' },
    ],
  });
  expect(built).toMatchObject({ count: 3, pictures: 2 });
  expect(built.skipped.map(({ id }) => id)).toEqual(['nothing', 'broken']);
  const bytes = await readFile(join(dir, 'vectors.f32'));
  expect([...new Float32Array(bytes.buffer, bytes.byteOffset, 6)]).toEqual([10, 7, 30, 7, 4, 0]);
  const items = (await readFile(join(dir, 'items.jsonl'), 'utf8')).trim().split('\n');
  expect(items.map((line) => JSON.parse(line))).toEqual([
    { id: 'a', image: '10.png' },
    { id: 'c', image: '30.png', text: 'red' },
    { id: 'b', text: 'four' },
  ]);
});

it('says how many texts the model cut', async () => {
  const cutting = {
    ...model,
    lostTokens: (texts: readonly string[]) => texts.map((text) => Math.max(0, text.length - 3)),
  };
  const messages: string[] = [];
  const onEvent = (event: AnagramEvent) => void (event.type === 'warning' && messages.push(event.message));
  const items = ['red', 'green', 'violet'].map((text) => ({ id: text, text }));
  expect(await buildIndex({ model: cutting, dir, items, onEvent })).toMatchObject({ count: 3, cutTexts: 2 });
  expect(messages).toEqual([expect.stringMatching(/^2 texts are too long/)]);
});
