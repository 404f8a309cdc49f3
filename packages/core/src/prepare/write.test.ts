import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePng } from '../image/encode.ts';
import { hashBytes } from '../image/hash.ts';
import type { Source, SourceRecord } from '../pair.ts';
import { Random } from '../random.ts';
import { defineSource } from '../source/define-source.ts';
import { webdataset } from '../source/webdataset.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { prepare } from './prepare.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-write-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Noise of its own with a red value; 12×16, so that width and height differ. */
async function pictureOf(red: number): Promise<Uint8Array> {
  const random = new Random('write', red);
  const data = Uint8Array.from({ length: 12 * 16 * 3 }, (_, at) => (at % 3 === 0 ? red : random.below(256)));
  return encodePng({ width: 12, height: 16, data });
}

interface Wanted {
  readonly id: string;
  readonly red?: number;
  readonly text?: string;
}

/** Counts how often it is read, and how often each picture is. */
function countedSource(wanted: readonly Wanted[]) {
  const read = { source: 0, pictures: new Map<string, number>() };
  const source: Source = defineSource({
    name: 'counted',
    settings: wanted.length,
    records() {
      read.source++;
      return wanted.map(({ id, red, text }): SourceRecord => {
        const bytes = () => {
          read.pictures.set(id, (read.pictures.get(id) ?? 0) + 1);
          return pictureOf(red!);
        };
        const image = { name: id, bytes };
        return { id, ...(text && { text }), ...(red !== undefined && { image, meta: { url: `http://a.b/${id}` } }) };
      });
    },
  });
  return { source, read };
}

/** Knows that "red 7" is the text of pictures whose red is 7. */
const oracle: PairVerifier = {
  id: 'oracle',
  imageSize: null,
  threshold: 0.9,
  baseRate: 0.7,
  score: async (pairs) =>
    pairs.map(({ image, text }) => {
      const right = text === `red ${image.data[0]}`;
      return { score: right ? 9 : -9, probability: right ? 0.999 : 0.001, byTower: { oracle: right ? 9 : -9 } };
    }),
  logOdds: async (images, texts) =>
    Float32Array.from(images.flatMap(({ image }) => texts.map((text) => (text === `red ${image.data[0]}` ? 9 : -9)))),
};

const mixed: readonly Wanted[] = Array.from({ length: 40 }, (_, i) => ({
  id: `r${i}`,
  red: i,
  text: i % 4 === 1 ? 'nothing of the kind' : `red ${i}`,
}));
const off = { repairer: 'off', captioner: 'off', illustrator: 'off' } as const;

const rowsOf = async (file: string) => parquetReadObjects({ file: await asyncBufferFromFile(join(dir, file)) });

describe('writing', () => {
  test('reads the source as often for many shards as for few', async () => {
    const readings = async (shardSize: number) => {
      const { source, read } = countedSource(mixed);
      const prepared = await prepare({
        source,
        verifier: oracle,
        dir: join(dir, `of-${shardSize}`),
        shardSize,
        ...off,
      });
      expect(prepared.length).toBe(30);
      return read;
    };
    const [few, many] = [await readings(1000), await readings(2)];
    expect(many.source).toBe(few.source);
    expect(many.pictures).toEqual(few.pictures);
  });

  test('makes only those shards again that are damaged, and reads only their pictures', async () => {
    const { source, read } = countedSource(mixed);
    const options = { source, verifier: oracle, dir, shardSize: 5, ...off };
    const { manifestHash } = await prepare(options);
    await writeFile(join(dir, 'pairs-00002.parquet'), 'damaged');
    await rm(join(dir, 'rejected-00001.tar'));
    read.pictures.clear();
    expect((await prepare(options)).manifestHash).toBe(manifestHash);
    const isKept = (_: unknown, at: number) => at % 4 !== 1;
    const damaged = mixed.filter(isKept).slice(10, 15);
    const removed = mixed.filter((one, at) => !isKept(one, at)).slice(5);
    const again = [...damaged, ...removed];
    expect([...read.pictures]).toEqual(again.map(({ id }) => [id, 1]));
  });

  test('lays a table beside every shard', async () => {
    const { source } = countedSource([...mixed, { id: 'lone', text: 'red 99' }]);
    await prepare({ source, verifier: oracle, dir, shardSize: 8, ...off });
    const names = (await readdir(dir)).filter((name) => name.endsWith('.parquet'));
    expect(names).toEqual(
      [0, 1, 2, 3].map((n) => `pairs-0000${n}.parquet`).concat('rejected-00000.parquet', 'rejected-00001.parquet'),
    );
    const rows = (await Promise.all(names.map(rowsOf))).flat();
    expect(rows).toHaveLength(41);
    const sha256 = hashBytes(await pictureOf(2));
    expect(rows.find(({ id }) => id === 'r2')).toMatchObject({
      ...{ key: '000000002', source: 'counted', caption: 'red 2', url: 'http://a.b/r2', status: 'success', sha256 },
      ...{ error_message: null, width: 12, height: 16, route: 'keep', score: 0.999, by_tower: '{"oracle":9}' },
      ...{ repaired: null, meta: '{"url":"http://a.b/r2"}' },
    });
    const lone = { status: 'rejected', caption: 'red 99', width: null, sha256: null, url: null, score: null };
    expect(rows.find(({ id }) => id === 'lone')).toMatchObject(lone);
    expect(rows.find(({ id }) => id === 'r1')).toMatchObject({
      status: 'rejected',
      width: 12,
      error_message: expect.stringContaining('below threshold'),
    });
    for (const name of names.slice(0, 4)) {
      const samples = await Array.fromAsync(webdataset(join(dir, name.replace('parquet', 'tar'))).records());
      expect((await rowsOf(name)).map(({ key, caption }) => [key, caption])).toEqual(
        samples.map(({ id, text }) => [id.split('/')[1], text]),
      );
    }
  });

  test('a picture that another record’s text has taken comes from wherever it stands', async () => {
    const taken = (red: number) => ({ id: `wrong-${red}`, red, text: 'nothing of the kind' });
    const wanted = [
      { id: 'before', text: 'red 101' },
      ...mixed,
      taken(100),
      taken(101),
      { id: 'after', text: 'red 100' },
    ];
    const { source } = countedSource(wanted);
    const options = { source, verifier: oracle, dir, shardSize: 7, ...off, illustrator: 'retrieval' } as const;
    const prepared = await prepare(options);
    const kept = await Array.fromAsync(prepared.samples());
    for (const [id, text, red] of [
      ['wrong-101', 'red 101', 101],
      ['wrong-100', 'red 100', 100],
    ] as const) {
      const sample = kept.find(({ text: own }) => own === text)!;
      expect(sample.provenance).toMatchObject({ id, route: 'illustrate', meta: { url: `http://a.b/${id}` } });
      expect(Buffer.from(await sample.image.bytes())).toEqual(Buffer.from(await pictureOf(red)));
    }
    expect(await readdir(join(dir, 'work'))).not.toContain('aside');
  });

  test('a picture that is gone since it was judged stops the run, and the run goes on when it is back', async () => {
    const { source, read } = countedSource(mixed);
    let gone = true;
    const failing: Source = {
      ...source,
      async *records() {
        for await (const record of source.records()) {
          const bytes = () => {
            // Read when it is judged and when it is looked up; gone when it is to be written.
            if (gone && record.id === 'r20' && read.pictures.get('r20') === 2) throw new Error('gone');
            return record.image!.bytes();
          };
          yield { ...record, image: { name: record.id, bytes: async () => bytes() } };
        }
      },
    };
    const options = { verifier: oracle, dir, shardSize: 5, ...off };
    await expect(prepare({ ...options, source: failing })).rejects.toMatchObject({ code: 'source-failed' });
    const finished = (await readFile(join(dir, 'manifest.jsonl'), 'utf8')).trim().split('\n').length;
    expect(finished).toBe(6);
    gone = false;
    expect((await prepare({ ...options, source: failing })).length).toBe(30);
  });
});
