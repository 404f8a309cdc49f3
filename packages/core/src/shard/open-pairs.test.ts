import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePng } from '../image/encode.ts';
import { hashBytes, hashPixels } from '../image/hash.ts';
import type { Pixels, Verdict } from '../pair.ts';
import { manifestHash } from './manifest.ts';
import { openPairs } from './open-pairs.ts';
import { negativesSample, type PairProvenance, pairSample } from './sample.ts';
import { shardName, writeShard, writeVerdicts } from './shard-writer.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

const flat = (level: number): Pixels => ({ width: 4, height: 4, data: new Uint8Array(48).fill(level) });

async function pair(index: number) {
  const image = await encodePng(flat(index));
  const provenance: PairProvenance = {
    id: `photo-${index}`,
    source: 'photos',
    route: 'keep',
    score: 0.5 + index / 10,
    byTower: { vit: 0.2 },
    sha256: hashBytes(image),
    pixelHash: hashPixels(flat(index)),
    repaired: null,
  };
  return pairSample(`00000000${index}`, { image, text: `picture ${index}`, provenance });
}

async function prepareFour() {
  const of = (...indices: number[]) => Promise.all(indices.map(pair));
  await writeShard({ dir, name: shardName('pairs', 0), samples: await of(0, 1), stepKey: 'k' });
  await writeShard({ dir, name: shardName('pairs', 1), samples: await of(2, 3), stepKey: 'k' });
  await writeShard({ dir, name: shardName('rejects', 0), samples: await of(9), stepKey: 'k' });
  const verdict: Verdict = { id: 'x', route: 'keep', kept: true, reason: '', score: 1, byTower: null, repaired: null };
  const repaired = { text: 'y', score: 1, partner: null, by: 'z' };
  const duplicate = { duplicateOf: 'x', kind: 'near', distance: 2 } as const;
  const rejected: Verdict = { ...verdict, route: 'duplicate', kept: false, duplicate };
  await writeVerdicts({
    dir,
    name: shardName('verdicts', 0, 'jsonl'),
    verdicts: [verdict, verdict, verdict, { ...verdict, route: 'repair', repaired }, rejected],
    stepKey: 'k',
  });
}

async function writeNegatives(parent: string) {
  const swap = { from: 'a', to: 'b' };
  const image = { bytes: await encodePng(flat(200)), pixelHash: hashPixels(flat(200)) };
  const samples = [
    negativesSample('000000001', [
      { category: 'colour', text: 'blue', change: swap, image },
      { category: 'verb', text: 'running', change: swap },
    ]),
    negativesSample('000000003', []),
  ];
  await writeShard({ dir: join(dir, 'negatives'), name: shardName('negatives', 0), samples, stepKey: 'n', parent });
}

describe('openPairs', () => {
  test('gives a record’s paraphrases where its text is the one that they reword', async () => {
    const image = await encodePng(flat(1));
    const repaired = { text: 'another', score: 1, partner: null, by: 'z' };
    const sample = (key: string, changed: Partial<PairProvenance>) =>
      pairSample(key, {
        ...{ image, text: `text ${key}` },
        provenance: {
          ...{ id: key, source: 's', route: 'keep', score: 1, byTower: null, sha256: null, pixelHash: null },
          ...{ repaired: null, meta: { paraphrases: ['said otherwise', 7, ' ', 'once more'] } },
          ...changed,
        },
      });
    const samples = [sample('0', {}), sample('1', { repaired }), sample('2', { meta: { paraphrases: 'none' } })];
    await writeShard({ dir, name: shardName('pairs', 0), samples, stepKey: 'k' });
    const pairs = await openPairs(dir);
    expect((await pairs.pair(0, 4)).paraphrases).toEqual(['said otherwise', 'once more']);
    expect(await pairs.pair(1, 4)).not.toHaveProperty('paraphrases');
    expect(await pairs.pair(2, 4)).not.toHaveProperty('paraphrases');
  });

  test('gives the kept pairs in the order of their keys', async () => {
    await prepareFour();
    const pairs = await openPairs(dir);
    expect(pairs.length).toBe(4);
    expect([...(pairs.texts() as Iterable<string>)]).toEqual([0, 1, 2, 3].map((i) => `picture ${i}`));
    expect(await pairs.pair(2, 4)).toEqual({
      image: flat(2),
      text: 'picture 2',
      imageKey: hashPixels(flat(2)),
      weight: 1,
      negatives: [],
    });
    expect(pairs.category(2)).toBeNull();
    expect(pairs.counts).toEqual({
      records: 5,
      kept: 4,
      repaired: 1,
      rejected: 1,
      byRoute: {
        keep: { kept: 3, rejected: 0 },
        repair: { kept: 1, rejected: 0 },
        duplicate: { kept: 0, rejected: 1 },
      },
      duplicates: { near: 1 },
    });
    expect(pairs.manifestHash).toBe(await manifestHash(dir));
    expect(await Array.fromAsync(pairs.verdicts())).toHaveLength(5);
  });

  test('weighs by score where it is asked to, which is another fingerprint', async () => {
    await prepareFour();
    const equal = await openPairs(dir);
    const byScore = await openPairs(dir, { weight: 'score' });
    expect((await byScore.pair(3, 4)).weight).toBeCloseTo(0.8);
    expect(byScore.fingerprint).not.toBe(equal.fingerprint);
    expect((await openPairs(dir)).fingerprint).toBe(equal.fingerprint);
  });

  test('samples carry the source’s own bytes and where they come from', async () => {
    await prepareFour();
    await writeNegatives(await manifestHash(dir));
    const samples = await Array.fromAsync((await openPairs(dir, { negatives: true })).samples());
    expect(samples.map(({ provenance }) => provenance.id)).toEqual([0, 1, 2, 3].map((i) => `photo-${i}`));
    for (const { image, provenance } of samples) expect(hashBytes(await image.bytes())).toBe(provenance.sha256);
    const [colour, verb] = samples[1]!.negatives;
    expect(Buffer.from(await colour!.image!.bytes())).toEqual(Buffer.from(await encodePng(flat(200))));
    expect(verb).toMatchObject({ category: 'verb', change: { from: 'a', to: 'b' }, image: null });
  });

  test('an aborted walk throws the signal’s reason', async () => {
    await prepareFour();
    const pairs = await openPairs(dir);
    const controller = new AbortController();
    const walk = async () => {
      for await (const _ of pairs.samples({ signal: controller.signal })) controller.abort(new Error('enough'));
    };
    await expect(walk()).rejects.toThrow('enough');
  });

  test('joins negatives by key', async () => {
    await prepareFour();
    await writeNegatives(await manifestHash(dir));
    const pairs = await openPairs(dir, { negatives: true });
    expect(pairs.category(1)).toBe('colour');
    expect([pairs.category(0), pairs.category(3)]).toEqual([null, null]);
    expect((await pairs.pair(1, 4)).negatives).toEqual([
      { category: 'colour', text: 'blue', image: flat(200), imageKey: hashPixels(flat(200)) },
      { category: 'verb', text: 'running', image: null, imageKey: null },
    ]);
    expect(pairs.fingerprint).not.toBe((await openPairs(dir)).fingerprint);
  });

  test('refuses negatives of other pairs, and a folder without any', async () => {
    await prepareFour();
    await expect(openPairs(dir, { negatives: true })).rejects.toMatchObject({ code: 'source-failed' });
    await writeNegatives('0'.repeat(64));
    await expect(openPairs(dir, { negatives: true })).rejects.toThrow(
      `was made from other pairs: those in ${dir} were prepared anew since. Write the negatives anew`,
    );
  });

  test('says that prepare kept nothing, which no negatives mend', async () => {
    const verdict: Verdict = {
      id: 'x',
      route: 'keep',
      kept: false,
      reason: '',
      score: 0,
      byTower: null,
      repaired: null,
    };
    const name = shardName('verdicts', 0, 'jsonl');
    await writeVerdicts({ dir, name, verdicts: [verdict, { ...verdict, id: 'y' }], stepKey: 'k' });
    expect((await openPairs(dir)).length).toBe(0);
    const error = await openPairs(dir, { negatives: true }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'source-failed', details: { path: dir } });
    expect((error as Error).message).toContain('prepare rejected all 2 records');
    expect((error as Error).message).not.toContain('writeNegatives');
  });

  test('refuses a folder without prepared pairs, unknown options, damaged shards and pairs that are not there', async () => {
    const never = `holds no prepared pairs. Expected a folder that prepare has filled. Prepare it first, into a folder of its own`;
    await expect(openPairs(dir)).rejects.toThrow(`${dir} ${never}, \`anagram prepare ${dir} --dir ./data\``);
    const work = join(dir, 'whole-way');
    await mkdir(join(work, 'verifier'), { recursive: true });
    await writeFile(join(work, 'verifier', 'verifier-run.json'), '{}');
    await mkdir(join(work, 'data', 'work'), { recursive: true });
    await writeFile(join(work, 'data', 'work', 'run.json'), '{}');
    await expect(openPairs(work)).rejects.toThrow(`Did you mean ${join(work, 'data')}?`);
    await rm(work, { recursive: true });
    for (const file of ['work/run.json', 'verifier/verifier-run.json']) {
      const [begun, path] = [join(dir, dirname(file)), join(dir, dirname(file), file)];
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '{}');
      await expect(openPairs(begun)).rejects.toThrow('has not ended: run the same prepare again.');
      await expect(openPairs(path)).rejects.toThrow(never);
    }
    await prepareFour();
    await expect(openPairs(dir, { negative: true } as object)).rejects.toThrow('Did you mean "negatives"?');
    await expect((await openPairs(dir)).pair(4, 4)).rejects.toMatchObject({ code: 'invalid-options' });
    const path = join(dir, 'pairs-00001.tar');
    await writeFile(path, (await readFile(path)).fill(7, 600, 601));
    await expect(openPairs(dir)).rejects.toMatchObject({ code: 'shard-corrupt', details: { path } });
  });
});
