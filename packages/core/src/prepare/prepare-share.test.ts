import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { oracle, picture, sourceOf } from '../../test/fixtures/numbers.ts';
import { encodePng } from '../image/encode.ts';
import { lockFolder } from '../shard/lock.ts';
import { concat } from '../source/concat.ts';
import { defineSource } from '../source/define-source.ts';
import { urls } from '../source/urls.ts';
import { prepare } from './prepare.ts';
import { prepareShare } from './prepare-share.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-share-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Four chunks, the last one short; every third text is another picture's. */
const count = 3 * 256 + 40;
const records = Array.from({ length: count }, (_, i) => ({
  id: `pair-${i}`,
  of: i % 256,
  text: `number ${(i % 3 === 0 ? i + 3 : i) % 256}`,
}));
/** The same, counting the pictures that are read. */
function counted() {
  const read: string[] = [];
  const source = defineSource({
    name: 'numbers',
    settings: { count },
    async *records() {
      for await (const record of sourceOf(records).records()) {
        const { name, bytes } = record.image!;
        const counting = () => {
          read.push(record.id);
          return bytes();
        };
        yield { ...record, image: { name, bytes: counting } };
      }
    },
  });
  return { source, read };
}

test('shares come to what one process alone comes to, and each reads its own pictures alone', async () => {
  const { verifier: whole, asked } = oracle();
  // Without retrieval, which is not what this is about.
  const { logOdds: _, ...verifier } = whole;
  const alone = await prepare({ source: counted().source, verifier, dir: join(dir, 'alone') });
  asked.score = 0;
  const shared = join(dir, 'shared');
  const shares = [counted(), counted(), counted()];
  const told = await Promise.all(
    shares.map(({ source }, index) => prepareShare({ source, verifier, dir: shared, index, of: 3 })),
  );
  expect(told.map(({ own, records }) => [own, records])).toEqual([
    [296, count],
    [256, count],
    [256, count],
  ]);
  expect(shares.map(({ read }) => new Set(read).size)).toEqual([296, 256, 256]);
  expect(asked.score).toBe(count);

  const together = await prepare({ source: counted().source, verifier, dir: shared });
  expect(asked.score).toBe(count);
  expect(together.manifestHash).toBe(alone.manifestHash);
}, 30_000);

test('a share that was stopped goes on where it was, and says what is missing', async () => {
  const { source, read } = counted();
  const options = { source, verifier: oracle().verifier, dir, index: 0, of: 2 };
  const stop = new AbortController();
  const onEvent = ({ type }: { type: string }) => type === 'stage-progress' && stop.abort(new Error('stopped'));
  await expect(prepareShare({ ...options, signal: stop.signal, onEvent })).rejects.toThrow('stopped');
  expect(read).toHaveLength(256);
  expect(await prepareShare(options)).toEqual({ dir, records: count, own: 512, missing: 296 });
  expect(read).toHaveLength(512);
  expect(await prepareShare({ ...options, index: 1 })).toMatchObject({ missing: 0 });
  expect(read).toHaveLength(count);
});

test('shares of other records or another verifier are refused', async () => {
  const { verifier } = oracle();
  const { source } = counted();
  await prepareShare({ source, verifier, dir, index: 3, of: 4 });
  const other = { ...verifier, id: 'other' };
  await expect(prepareShare({ source, verifier: other, dir, index: 0, of: 4 })).rejects.toMatchObject({
    code: 'run-options-changed',
    details: { changed: ['verifier'] },
  });
});

test('shares are counted from 0', async () => {
  const { verifier } = oracle();
  const options = { source: counted().source, verifier, dir, of: 8 };
  await expect(prepareShare({ ...options, index: 8 })).rejects.toThrow('shares are counted from 0');
  await expect(prepareShare({ ...options, index: -1 })).rejects.toMatchObject({ code: 'invalid-options' });
});

test('a share has one process, and nobody decides while it runs', async () => {
  const { source } = counted();
  let tried: Promise<PromiseSettledResult<unknown>[]> | undefined;
  const slow = oracle().verifier;
  const verifier = {
    ...slow,
    score: async (pairs: Parameters<typeof slow.score>[0]) => {
      const quick = { source, verifier: slow, dir };
      tried ??= Promise.allSettled([prepare(quick), prepareShare({ ...quick, index: 1, of: 4 })]);
      await tried;
      return slow.score(pairs);
    },
  };
  await prepareShare({ source, verifier, dir, index: 1, of: 4 });
  const [decided, again] = (await tried!) as PromiseRejectedResult[];
  expect(decided!.reason.message).toContain(`still being scored: 1/4 (process ${process.pid} on ${hostname()})`);
  expect(again!.reason.message).toContain(`share 1/4 of ${dir} is being worked on by process ${process.pid}`);
  expect(await readdir(join(dir, 'work', 'shares'))).toEqual([]);

  await using _lock = await lockFolder(dir);
  await expect(prepareShare({ source, verifier: slow, dir, index: 0, of: 4 })).rejects.toMatchObject({
    code: 'dir-in-use',
  });
});

test('a share of a machine that is gone is taken over after a minute', async () => {
  const { source } = counted();
  const path = join(dir, 'work', 'shares', '3-of-4');
  await mkdir(join(dir, 'work', 'shares'), { recursive: true });
  await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere', started: '1' }));
  const options = { source, verifier: oracle().verifier, dir, index: 3, of: 4 };
  await expect(prepareShare(options)).rejects.toThrow('process 1 on elsewhere');
  const before = new Date(Date.now() - 61_000);
  await utimes(path, before, before);
  expect(await prepareShare(options)).toMatchObject({ own: 40 });
});

test('a chunk whose scores do not fit its records is not made up for', async () => {
  const { source } = counted();
  const options = { source, verifier: oracle().verifier, dir };
  await prepareShare({ ...options, index: 3, of: 4 });
  await writeFile(join(dir, 'work', 'scores-00003.jsonl'), 'null\n');
  await expect(prepare(options)).rejects.toMatchObject({ code: 'shard-corrupt' });
});

test('of a list of URLs a share asks for its own alone', async () => {
  const asked: number[] = [];
  const server = createServer(async ({ url }, response) => {
    const number = Number(url!.slice(1));
    asked.push(number);
    response.end(await encodePng(picture(number % 256, url!)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const list = (name: string, from: number, to: number) =>
      writeFile(
        join(dir, name),
        Array.from({ length: to - from }, (_, i) => `http://${host}/${from + i}\n`),
      );
    await Promise.all([list('a.txt', 0, 200), list('b.txt', 200, 600)]);
    const cache = join(dir, 'fetched');
    const source = concat(
      ...['a.txt', 'b.txt'].map((name) => urls(join(dir, name), { cache, allowPrivate: [host], perHost: 64 })),
    );
    const { verifier } = oracle();
    await prepareShare({ source, verifier, dir: join(dir, 'data'), index: 1, of: 3 });
    expect(asked.sort((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => 256 + i));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
