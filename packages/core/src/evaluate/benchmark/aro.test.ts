import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aroAttributionFiles,
  aroOrderFiles,
  aroRelationFiles,
} from '../../../test/fixtures/relation-benchmark-files.ts';
import { constantEmbedder, tinyEmbedder, writeTinyBenchmark } from '../../../test/fixtures/tiny-benchmark.ts';
import { aroAttribution, aroOrder, aroRelation } from './aro.ts';
import { aroExcludedRelations } from './aro-excluded-relations.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aro-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Right on the records whose number passes. */
const knows = (right: (k: number) => boolean) =>
  tinyEmbedder(
    2,
    (text) => {
      const good = /^the horse|^the red/.test(text);
      return good === right(Number(text.match(/\d+/)![0])) ? [1, 0] : [0, 1];
    },
    () => [1, 0],
  );

describe('aroRelation', () => {
  it('averages relations without weights, and leaves out those of the list', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'r'), aroRelationFiles.files, aroRelationFiles.pictures);
    // above: 10 of 10; near: 10 of 10, but left out; riding: 5 of 10.
    const model = knows((k) => k % 3 !== 2 || k < 15);
    const { scores } = await aroRelation(paths).run({ model });
    expect(scores['all.macro.choice']).toMatchObject({ value: 0.75, n: 20 });
    expect(scores['all.micro.choice']).toMatchObject({ value: 25 / 30, n: 30 });
    expect(scores['riding.choice']!.value).toBe(0.5);
    expect(scores).not.toHaveProperty('near.choice');
    expect(new Set(aroExcludedRelations).size).toBe(157);
  });

  it('shows the model the box alone', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'b'), aroRelationFiles.files, aroRelationFiles.pictures);
    const model = constantEmbedder();
    await aroRelation(paths).run({ model });
    expect(model.pictures.map(({ width, height }) => [width, height])).toEqual([
      [4, 3],
      [4, 3],
    ]);
  });
});

describe('aroAttribution', () => {
  it('averages ordered pairs of attributes that have 25 records and more', async () => {
    const { files, pictures } = aroAttributionFiles;
    const paths = await writeTinyBenchmark(join(folder, 'a'), files, pictures);
    // red_open: 25 of 25; open_red: 13 of 26; small_wet: 0 of 24, too few.
    const { scores } = await aroAttribution(paths).run({ model: knows((k) => k < 38) });
    expect(scores['all.macro.choice']).toMatchObject({ value: 0.75, n: 51 });
    expect(scores['all.micro.choice']).toMatchObject({ value: 38 / 75, n: 75 });
  });
});

describe('aroOrder', () => {
  it('counts captions that their shuffle gives back, and lets them win when ties are official', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'o'), aroOrderFiles.files, aroOrderFiles.pictures);
    const model = tinyEmbedder(
      2,
      (text) => (text.startsWith('a b c d') ? [1, 0] : [0, 1]),
      () => [1, 0],
    );
    const strict = await aroOrder({ ...paths, set: 'coco' }).run({ model });
    expect(strict).toMatchObject({ task: 'aro/coco-order', degenerate: 1, ties: 1, tieRule: 'wrong' });
    expect(strict.scores['all.choice']).toMatchObject({ value: 0.95, n: 20 });
    const official = await aroOrder({ ...paths, set: 'coco', ties: 'official' }).run({ model });
    expect(official).toMatchObject({ ties: 1, tieRule: 'official' });
    expect(official.scores['all.choice']!.value).toBe(1);
    expect(strict.chance['all.choice']).toBe(1 / 5);
  });

  it('refuses a set that does not exist, and knobs that it does not know', () => {
    const wrong = { dir: 'a', images: 'b', set: 'imagenet' as 'coco' };
    expect(() => aroOrder(wrong)).toThrow(/aroOrder\.set/);
    const unknown = { dir: 'a', images: 'b', set: 'coco' as const, tie: 'official' };
    expect(() => aroOrder(unknown)).toThrow(/unknown key "tie"\. Did you mean "ties"/);
  });
});
