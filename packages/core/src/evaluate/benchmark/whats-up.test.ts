import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spatialRelationsFiles, whatsUpFiles } from '../../../test/fixtures/relation-benchmark-files.ts';
import {
  constantEmbedder,
  cosinesOf,
  randomEmbedder,
  tinyEmbedder,
  writeTinyBenchmark,
} from '../../../test/fixtures/tiny-benchmark.ts';
import { spatialRelations, whatsUp } from './whats-up.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whats-up-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('whatsUp', () => {
  it('scores photographs, opposite pairs and whole sets', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'a'), whatsUpFiles.files, whatsUpFiles.pictures);
    const relations = ['to the left of', 'to the right of', ' on ', ' under '];
    // Set 0 is right throughout; elsewhere "under" is taken for "on".
    const model = tinyEmbedder(
      4,
      (text) => relations.map((relation) => (text.includes(relation) ? 1 : 0)),
      (colour) => {
        const relation = colour % 4;
        const seen = relation === 3 && colour >= 4 ? 2 : relation;
        return relations.map((_, k) => (k === seen ? 1 : 0));
      },
    );
    const { scores, chance, failures } = await whatsUp({ ...paths, set: 'A' }).run({ model });
    expect(scores['all.individual']).toMatchObject({ value: 31 / 40, n: 40 });
    expect(scores['all.pair']).toMatchObject({ value: 11 / 20, n: 20 });
    expect(scores['all.set']).toMatchObject({ value: 1 / 10, n: 10 });
    expect(scores['all.under']!.value).toBe(1 / 10);
    expect(chance['all.pair']).toBe(1 / 16);
    expect(failures.map(({ id }) => id)).not.toContain('mug0 table');
    expect(failures).toHaveLength(9);
  });

  it('agrees with a count one by one on random embeddings', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'b'), whatsUpFiles.files, whatsUpFiles.pictures);
    const model = randomEmbedder(9);
    const { scores } = await whatsUp({ ...paths, set: 'A' }).run({ model });
    const records = whatsUpFiles.files['controlled_images_dataset.json'] as { caption_options: string[] }[];
    const { textImage } = await cosinesOf(model, [...new Set(records.flatMap((r) => r.caption_options))], 40);
    const hit = records.map(({ caption_options: [right, ...wrong] }, k) =>
      wrong.every((caption) => textImage(right!, k) > textImage(caption, k)),
    );
    const share = (hits: boolean[]) => hits.filter(Boolean).length / hits.length;
    const sets = Array.from({ length: 10 }, (_, s) => hit.slice(4 * s, 4 * s + 4));
    expect(scores['all.individual']!.value).toBeCloseTo(share(hit), 12);
    expect(scores['all.pair']!.value).toBeCloseTo(share(sets.flatMap(([a, b, c, d]) => [a! && b!, c! && d!])), 12);
    expect(scores['all.set']!.value).toBeCloseTo(share(sets.map((set) => set.every(Boolean))), 12);
  });

  it('lets the right caption win ties when they are official, as the first of the options', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'c'), whatsUpFiles.files, whatsUpFiles.pictures);
    const report = await whatsUp({ ...paths, set: 'A', ties: 'official' }).run({ model: constantEmbedder() });
    expect(report.scores['all.set']!.value).toBe(1);
    expect(report.ties).toBe(10);
  });

  it('refuses a set that lacks a photograph', async () => {
    const records = whatsUpFiles.files['controlled_images_dataset.json'] as unknown[];
    const paths = await writeTinyBenchmark(
      join(folder, 'd'),
      { 'controlled_images_dataset.json': records.slice(1) },
      [],
    );
    await expect(whatsUp({ ...paths, set: 'A' }).run({ model: constantEmbedder() })).rejects.toThrow(
      /controlled_images_dataset\.json, "mug0 table": expected one photograph each of left, right, on, under\. Fetch/,
    );
  });
});

describe('spatialRelations', () => {
  it('scores all records and each relation', async () => {
    const { files, pictures } = spatialRelationsFiles;
    const paths = await writeTinyBenchmark(join(folder, 's'), files, pictures);
    const model = tinyEmbedder(
      2,
      (text) => (/left|below/.test(text) ? [1, 0] : [0, 1]),
      () => [1, 0],
    );
    const { scores, task } = await spatialRelations({ ...paths, set: 'coco-two' }).run({ model });
    expect(task).toBe('whatsup/coco-two');
    expect(scores['all.choice']).toMatchObject({ value: 0.75, n: 20 });
    expect(scores['left of.choice']).toMatchObject({ value: 1, n: 15 });
    expect(scores['above.choice']).toMatchObject({ value: 0, n: 5 });
  });
});
