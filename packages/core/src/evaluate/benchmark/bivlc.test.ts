import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bivlcFiles, indices } from '../../../test/fixtures/benchmark-files.ts';
import { randomEmbedder, writeTinyBenchmark } from '../../../test/fixtures/tiny-benchmark.ts';
import { encodePng } from '../../image/encode.ts';
import { bivlc } from './bivlc.ts';

const records = (bivlcFiles.files['test.jsonl'] as string).split('\n').map((line) => JSON.parse(line));

/** The rows as the Hugging Face hub keeps them: pictures as structs of bytes and path, in two files of several row groups. */
async function writeParquet(dir: string, rows: readonly number[], file: string, columns = 6): Promise<Buffer> {
  const picture = async (colour: number) => ({
    bytes: new Uint8Array(
      await encodePng({
        width: 2,
        height: 2,
        data: new Uint8Array(12).fill(0).map((_, i) => (i % 3 === 0 ? colour : 0)),
      }),
    ),
    path: `${colour}.png`,
  });
  const of = (name: string) => ({ name, type: 'STRING' as const, data: rows.map((k) => records[k][name]) });
  const image = async (name: string, place: number) => ({
    name,
    data: await Promise.all(rows.map((k) => picture(2 * k + place))),
  });
  const columnData = [
    of('caption'),
    of('negative_caption'),
    of('type'),
    of('subtype'),
    await image('image', 0),
    await image('negative_image', 1),
  ];
  const struct = (name: string) => [
    { name, repetition_type: 'OPTIONAL' as const, num_children: 2 },
    { name: 'bytes', type: 'BYTE_ARRAY' as const, repetition_type: 'OPTIONAL' as const },
    {
      name: 'path',
      type: 'BYTE_ARRAY' as const,
      converted_type: 'UTF8' as const,
      repetition_type: 'OPTIONAL' as const,
    },
  ];
  const text = (name: string) => ({
    name,
    type: 'BYTE_ARRAY' as const,
    converted_type: 'UTF8' as const,
    repetition_type: 'OPTIONAL' as const,
  });
  const schema = [
    { name: 'root', num_children: columns },
    ...['caption', 'negative_caption', 'type', 'subtype'].slice(0, columns - 2).map(text),
    ...struct('image'),
    ...struct('negative_image'),
  ];
  const kept = [...columnData.slice(0, columns - 2), ...columnData.slice(4)];
  const bytes = Buffer.from(
    parquetWriteBuffer({ columnData: kept.map(({ name, data }) => ({ name, data })), schema, rowGroupSize: 7 }),
  );
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, file), bytes);
  return bytes;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bivlc-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('bivlc', () => {
  it('reads the Parquet files of the hub, pictures included, to the same figures as an export', async () => {
    const first = await writeParquet(join(folder, 'hub/data'), indices(20), 'test-00000-of-00002.parquet');
    await writeParquet(
      join(folder, 'hub/data'),
      indices(20).map((k) => 20 + k),
      'test-00001-of-00002.parquet',
    );
    const model = randomEmbedder(9);
    const report = await bivlc({ dir: join(folder, 'hub'), images: join(folder, 'hub') }).run({ model });
    const paths = await writeTinyBenchmark(join(folder, 'export'), bivlcFiles.files, bivlcFiles.pictures);
    const exported = await bivlc(paths).run({ model: randomEmbedder(9) });
    expect(Object.entries(report.scores).map(([name, { value, n }]) => [name, value, n])).toEqual(
      Object.entries(exported.scores).map(([name, { value, n }]) => [name, value, n]),
    );
    expect(model.pictures).toHaveLength(80);
    expect(report.files['data/test-00000-of-00002.parquet']).toBe(createHash('sha256').update(first).digest('hex'));
  });

  it('names the file whose columns are others, and the one that is no Parquet', async () => {
    const dir = join(folder, 'short');
    await writeParquet(dir, indices(3), 'test-00000-of-00001.parquet', 5);
    const run = (at: string) => bivlc({ dir: at, images: at }).run({ model: randomEmbedder(1) });
    await expect(run(dir)).rejects.toThrow(/test-00000-of-00001\.parquet: expected a column "subtype"/);
    await mkdir(join(folder, 'text'));
    await writeFile(join(folder, 'text', 'test-0.parquet'), 'no parquet at all');
    await expect(run(join(folder, 'text'))).rejects.toMatchObject({ code: 'source-failed' });
  });
});
