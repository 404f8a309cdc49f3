import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Verdict } from '../pair.ts';
import { Random } from '../random.ts';
import { findFinished, readManifest } from './manifest.ts';
import type { ShardSample } from './sample.ts';
import { indexShard, readEntry, readVerdicts } from './shard-reader.ts';
import { shardName, writeShard, writeVerdicts } from './shard-writer.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

function randomSamples(seed: number): ShardSample[] {
  const random = new Random('samples', seed);
  return Array.from({ length: 1 + random.below(12) }, (_, index) => ({
    key: `${String(index).padStart(4, '0')}${'-x'.repeat(random.below(40))}`,
    entries: ['txt', 'json', 'png', 'neg.json', 'neg0.png'].slice(0, 1 + random.below(5)).map((name) => ({
      name,
      data: name.endsWith('png')
        ? Uint8Array.from({ length: random.below(2000) }, () => random.below(256))
        : 'é'.repeat(random.below(700)),
    })),
  }));
}

describe('writeShard', () => {
  test('entries that are smaller or larger than what is written at one time, or just as large, come back whole', async () => {
    const lengths = [2 ** 20 - 512, 2 ** 20, 3 * 2 ** 20 + 7, 1, 0, 2 ** 19, 2 ** 19];
    const samples = lengths.map((length, index) => ({
      key: `000${index}`,
      entries: [
        {
          name: 'png',
          data: Buffer.alloc(
            length,
            Uint8Array.from({ length: 251 }, (_, at) => at + index),
          ),
        },
      ],
    }));
    const line = await writeShard({ dir, name: shardName('pairs', 0), samples, stepKey: 'k' });
    const found = await indexShard(dir, line);
    for (const [index, { entries }] of samples.entries()) {
      const read = await readEntry(found[index]!.entries.get('png')!);
      expect(Buffer.compare(read, entries[0]!.data)).toBe(0);
    }
    expect((await readFile(join(dir, line.shard))).length).toBe(line.bytes);
  });

  test('what is written is read back, at the place the index tells', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const samples = randomSamples(seed);
      const line = await writeShard({ dir, name: shardName('pairs', seed), samples, stepKey: 'k' });
      expect(line.count).toBe(samples.length);
      const read = await indexShard(dir, line);
      expect(read.map(({ key }) => key)).toEqual(samples.map(({ key }) => key));
      for (const [index, { entries }] of samples.entries()) {
        expect([...read[index]!.entries.keys()].sort()).toEqual(entries.map(({ name }) => name).sort());
        for (const { name, data } of entries) {
          expect(Buffer.from(await readEntry(read[index]!.entries.get(name)!))).toEqual(Buffer.from(data));
          if (typeof data === 'string') expect(read[index]!.texts.get(name)).toBe(data);
        }
      }
    }
    expect(await readManifest(dir)).toHaveLength(12);
  });

  test('the same samples give the same bytes, in whatever order they come', async () => {
    const samples = randomSamples(5);
    async function* streamed() {
      yield* samples;
    }
    const first = await writeShard({ dir, name: 'a.tar', samples, stepKey: 'k' });
    const turned = samples.toReversed().map(({ key, entries }) => ({ key, entries: entries.toReversed() }));
    const second = await writeShard({ dir, name: 'b.tar', samples: turned, stepKey: 'k' });
    const third = await writeShard({ dir, name: 'c.tar', samples: streamed(), stepKey: 'k' });
    expect([second.sha256, third.sha256]).toEqual([first.sha256, first.sha256]);
    expect(await readFile(join(dir, 'b.tar'))).toEqual(await readFile(join(dir, 'a.tar')));
    expect(first.bytes).toBe((await readFile(join(dir, 'a.tar'))).length);
  });

  test('the system’s tar reads it', async () => {
    const entries = [
      { name: 'txt', data: 'a cat' },
      { name: 'json', data: '{}' },
    ];
    await writeShard({ dir, name: 'a.tar', samples: [{ key: '000', entries }], stepKey: 'k' });
    const listing = execFileSync('tar', ['-tvf', join(dir, 'a.tar'), '--numeric-owner', '--utc']).toString();
    expect(listing.trim().split('\n')).toEqual([
      expect.stringMatching(/^-rw-r--r-- 0\/0\s+2 1970-01-01 00:00 000\.json$/),
      expect.stringMatching(/^-rw-r--r-- 0\/0\s+5 1970-01-01 00:00 000\.txt$/),
    ]);
  });

  test.each([['a.b'], ['../a'], ['']])('key %j is refused and leaves no shard', async (key) => {
    const samples = [{ key, entries: [] }];
    await expect(writeShard({ dir, name: 'a.tar', samples, stepKey: 'k' })).rejects.toThrow('Shard key');
    expect(await readManifest(dir)).toEqual([]);
  });

  test('a stream whose keys do not rise is refused, and so are equal keys', async () => {
    async function* falling() {
      yield { key: 'b', entries: [{ name: 'txt', data: 'x' }] };
      yield { key: 'a', entries: [] };
    }
    await expect(writeShard({ dir, name: 'a.tar', samples: falling(), stepKey: 'k' })).rejects.toThrow(
      '"a" does not come after "b"',
    );
    const twice = [
      { key: 'a', entries: [] },
      { key: 'a', entries: [] },
    ];
    await expect(writeShard({ dir, name: 'a.tar', samples: twice, stepKey: 'k' })).rejects.toThrow(
      'does not come after',
    );
  });

  test('a stream that fails half-way leaves neither shard nor line', async () => {
    async function* failing() {
      yield { key: 'a', entries: [{ name: 'png', data: new Uint8Array(100_000) }] };
      throw new Error('no more');
    }
    await expect(writeShard({ dir, name: 'a.tar', samples: failing(), stepKey: 'k' })).rejects.toThrow('no more');
    expect(await findFinished(dir, await readManifest(dir), 'a.tar', 'k')).toBeNull();
  });
});

describe('damaged shards', () => {
  test.each([
    ['changed', (bytes: Buffer) => bytes.fill(1, 512, 513)],
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 700)],
    ['empty', () => Buffer.alloc(0)],
  ])('a shard that was %s is not read', async (_, damage) => {
    const line = await writeShard({ dir, name: 'a.tar', samples: randomSamples(1), stepKey: 'k' });
    await writeFile(join(dir, 'a.tar'), damage(await readFile(join(dir, 'a.tar'))));
    await expect(indexShard(dir, line)).rejects.toMatchObject({
      code: 'shard-corrupt',
      details: { path: join(dir, 'a.tar') },
    });
  });

  test('a shard that is gone is not read', async () => {
    const line = await writeShard({ dir, name: 'a.tar', samples: randomSamples(1), stepKey: 'k' });
    await rm(join(dir, 'a.tar'));
    await expect(indexShard(dir, line)).rejects.toMatchObject({ code: 'shard-corrupt' });
  });
});

describe('verdicts', () => {
  const verdict = (id: string): Verdict => ({
    id,
    route: 'keep',
    kept: true,
    reason: 'score 0.9 at or above threshold 0.5',
    score: 0.9,
    byTower: { vit: 0.3 },
    repaired: null,
  });

  test('are read back in the order of the records, over all files', async () => {
    await writeVerdicts({ dir, name: shardName('verdicts', 1, 'jsonl'), verdicts: [verdict('c')], stepKey: 'k' });
    await writeVerdicts({
      dir,
      name: shardName('verdicts', 0, 'jsonl'),
      verdicts: [verdict('b'), verdict('a\u2028')],
      stepKey: 'k',
    });
    expect(await Array.fromAsync(readVerdicts(dir))).toEqual([verdict('b'), verdict('a\u2028'), verdict('c')]);
  });

  test('a changed file is not read', async () => {
    await writeVerdicts({ dir, name: shardName('verdicts', 0, 'jsonl'), verdicts: [verdict('a')], stepKey: 'k' });
    const path = join(dir, 'verdicts-00000.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('0.9', '0.1'));
    await expect(Array.fromAsync(readVerdicts(dir))).rejects.toMatchObject({ code: 'shard-corrupt' });
  });
});
