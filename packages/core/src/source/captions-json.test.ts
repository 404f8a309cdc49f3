import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Source } from '../pair.ts';
import { captionsJson } from './captions-json.ts';
import { parquet } from './parquet.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
  await writeFile(join(dir, 'a.jpg'), 'bytes of a');
});
afterAll(() => rm(dir, { recursive: true }));

async function file(name: string, content: unknown): Promise<string> {
  await writeFile(join(dir, name), content instanceof Uint8Array ? content : JSON.stringify(content));
  return join(dir, name);
}

/** Id, text, and the picture's content or why there is none. */
async function rows(source: Source) {
  const records = await Array.fromAsync(source.records());
  return Promise.all(
    records.map(async ({ id, text, image, problem }) => {
      const bytes = image?.bytes().then((read) => Buffer.from(read).toString());
      return [id, text ?? null, problem ?? (await bytes?.catch((error) => error.message)) ?? null];
    }),
  );
}

describe('captionsJson', () => {
  test('joins COCO’s captions with their pictures', async () => {
    const path = await file('coco.json', {
      info: { year: 2017 },
      images: [
        { id: 9, file_name: 'a.jpg', height: 2 },
        { id: 8, file_name: '../a.jpg' },
      ],
      annotations: [
        { id: 1, image_id: 9, caption: ' A cat. ' },
        { id: 2, image_id: 8, caption: 'A dog.' },
        { id: 3, image_id: 7, caption: 'Nothing.' },
      ],
    });
    expect(await rows(captionsJson(path, { format: 'coco', images: dir }))).toEqual([
      ['1', 'A cat.', 'bytes of a'],
      ['2', 'A dog.', '../a.jpg cannot be read: its name leads out of the folder.'],
      ['3', 'Nothing.', 'the file names no picture of this caption'],
    ]);
  });

  test('reads the splits of Karpathy’s files that are wanted', async () => {
    const of = (split: string, filename: string) => ({ split, filename, sentences: [{ raw: 'one' }, { raw: 'two' }] });
    const path = await file('karpathy.json', { images: [of('test', 'b.jpg'), of('train', 'a.jpg')], dataset: 'x' });
    const source = captionsJson(path, { format: 'karpathy', images: dir, splits: ['train'] });
    expect(await rows(source)).toEqual([
      ['a.jpg#0', 'one', 'bytes of a'],
      ['a.jpg#1', 'two', 'bytes of a'],
    ]);
    const wrong = captionsJson(path, { format: 'coco', images: dir });
    await expect(rows(wrong)).rejects.toMatchObject({ code: 'source-failed' });
  });
});

describe('parquet', () => {
  const column = (data: unknown[], name: string, type: 'STRING' | 'BYTE_ARRAY' | 'INT64') => ({ name, data, type });

  test('reads pictures stored as bytes, over row groups and files', async () => {
    const pictures = ['x', 'y', 'z'].map((text) => Buffer.from(text));
    const columnData = [
      column(pictures, 'image', 'BYTE_ARRAY'),
      column(['one', '', 'three'], 'text', 'STRING'),
      column([1n, 2n, 1n], 'key', 'INT64'),
    ];
    await file('b.parquet', new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 })));
    expect(await rows(parquet(join(dir, 'b.parquet'), { image: 'image', text: 'text', id: 'key' }))).toEqual([
      ['1', 'one', 'x'],
      ['2', null, 'y'],
      ['1#3', 'three', 'z'],
    ]);
    expect(await rows(parquet(dir, { image: 'image' }))).toEqual([
      ['b.parquet/1', null, 'x'],
      ['b.parquet/2', null, 'y'],
      ['b.parquet/3', null, 'z'],
    ]);
    await expect(rows(parquet(dir, { image: 'imag' }))).rejects.toThrow('Did you mean "image"?');
  });

  test('reads pictures named by paths', async () => {
    const columnData = [column(['a.jpg', 'gone.jpg'], 'image', 'STRING')];
    const path = await file('paths.pq', new Uint8Array(parquetWriteBuffer({ columnData })));
    expect(await rows(parquet(path, { image: 'image' }))).toEqual([
      ['1', null, 'bytes of a'],
      ['2', null, 'gone.jpg cannot be read: there is no such file.'],
    ]);
  });

  test.each([['PAR1'], ['x'.repeat(100)], [`PAR1${'\xff'.repeat(50)}PAR1`]])(
    'a damaged file ends the reading',
    async (text) => {
      const path = await file('damaged.pq', Buffer.from(text, 'latin1'));
      await expect(rows(parquet(path, { text: 'text' }))).rejects.toMatchObject({ code: 'source-failed' });
    },
  );
});
