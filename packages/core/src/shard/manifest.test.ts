import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashBytes } from '../image/hash.ts';
import {
  appendManifest,
  findFinished,
  type ManifestLine,
  manifestHash,
  readManifest,
  writeWidsIndex,
} from './manifest.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

const line = (shard: string, content = shard): ManifestLine => ({
  shard,
  sha256: hashBytes(content),
  count: 1,
  stepKey: 'k',
  bytes: content.length,
});

describe('manifest', () => {
  test('a folder without one is empty', async () => {
    expect(await readManifest(dir)).toEqual([]);
  });

  test('its hash does not depend on the order of the work or on repeated shards', async () => {
    for (const shard of ['a.tar', 'b.tar', 'c.tar']) await appendManifest(dir, line(shard));
    const hash = await manifestHash(dir);
    await rm(join(dir, 'manifest.jsonl'));
    for (const shard of ['c.tar', 'a.tar', 'c.tar', 'b.tar']) await appendManifest(dir, line(shard));
    expect(await manifestHash(dir)).toBe(hash);
    await appendManifest(dir, line('b.tar', 'other'));
    expect(await manifestHash(dir)).not.toBe(hash);
  });

  test('cut off at any byte, it holds the whole lines, and goes on to the same hash', async () => {
    const shards = ['a.tar', 'b.tar', 'c.tar'];
    for (const shard of shards) await appendManifest(dir, line(shard));
    const hash = await manifestHash(dir);
    const path = join(dir, 'manifest.jsonl');
    const whole = await readFile(path);
    for (let length = 0; length <= whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length));
      const before = await readManifest(dir);
      expect(before).toHaveLength(whole.subarray(0, length).toString().split('\n').length - 1);
      for (const shard of shards.slice(before.length)) await appendManifest(dir, line(shard));
      expect(await readFile(path)).toEqual(whole);
      expect(await manifestHash(dir)).toBe(hash);
    }
  });

  test.each(['{"shard":"a.tar"}', 'junk', JSON.stringify(line('../a.tar')), JSON.stringify({ ...line('a'), time: 1 })])(
    'a damaged whole line is an error that names it: %s',
    async (damaged) => {
      await appendManifest(dir, line('a.tar'));
      await appendFile(join(dir, 'manifest.jsonl'), `${damaged}\n`);
      await expect(readManifest(dir)).rejects.toMatchObject({ code: 'shard-corrupt' });
      await expect(readManifest(dir)).rejects.toThrow(`Line 2 of ${join(dir, 'manifest.jsonl')} is damaged.`);
    },
  );

  test('a shard is done when its line stands there with the step key and the file matches', async () => {
    await writeFile(join(dir, 'a.tar'), 'content');
    const done = line('a.tar', 'content');
    expect(await findFinished(dir, [], 'a.tar', 'k')).toBeNull();
    expect(await findFinished(dir, [done], 'a.tar', 'k')).toEqual(done);
    expect(await findFinished(dir, [done], 'a.tar', 'other settings')).toBeNull();
    await writeFile(join(dir, 'a.tar'), 'c0ntent');
    expect(await findFinished(dir, [done], 'a.tar', 'k')).toBeNull();
    await rm(join(dir, 'a.tar'));
    expect(await findFinished(dir, [done], 'a.tar', 'k')).toBeNull();
  });

  test('the wids index lists the shards of the data set alone', async () => {
    for (const shard of ['pairs-00001.tar', 'pairs-00000.tar', 'rejects-00000.tar', 'verdicts-00000.jsonl']) {
      await appendManifest(dir, line(shard));
    }
    await writeWidsIndex(dir, 'pairs');
    expect(JSON.parse(await readFile(join(dir, 'wids.json'), 'utf8'))).toEqual({
      __kind__: 'wids-shard-index-v1',
      wids_version: 1,
      shardlist: [
        { url: 'pairs-00000.tar', nsamples: 1, filesize: 15 },
        { url: 'pairs-00001.tar', nsamples: 1, filesize: 15 },
      ],
    });
  });
});
