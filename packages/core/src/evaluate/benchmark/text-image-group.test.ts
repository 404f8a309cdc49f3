import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as fixtures from '../../../test/fixtures/benchmark-files.ts';
import {
  cosinesOf,
  randomEmbedder,
  writeTinyBenchmark,
  writeTinyPictures,
} from '../../../test/fixtures/tiny-benchmark.ts';
import type { Score } from '../task.ts';
import { bivlc } from './bivlc.ts';
import { cola } from './cola.ts';
import { colorSwap } from './color-swap.ts';
import { winoground } from './winoground.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-image-group-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Counted {
  readonly texts: readonly [string, string];
  /** Colours of the two pictures. */
  readonly colours: readonly [number, number];
}

/** Counts the decisions of Winoground one by one, apart from the kernels. */
async function count(model: ReturnType<typeof randomEmbedder>, items: readonly Counted[], pictures: number) {
  const all = items.flatMap(({ texts }) => texts);
  const { textImage } = await cosinesOf(model, all, pictures);
  const tally = { text: 0, image: 0, group: 0, ipos2t: 0, ineg2t: 0, tpos2i: 0, tneg2i: 0 };
  for (const { texts, colours } of items) {
    const [c0, c1] = texts;
    const [i0, i1] = colours;
    const ipos2t = textImage(c0, i0) > textImage(c1, i0);
    const ineg2t = textImage(c1, i1) > textImage(c0, i1);
    const tpos2i = textImage(c0, i0) > textImage(c0, i1);
    const tneg2i = textImage(c1, i1) > textImage(c1, i0);
    const hits = { ipos2t, ineg2t, tpos2i, tneg2i, text: ipos2t && ineg2t, image: tpos2i && tneg2i, group: false };
    hits.group = hits.text && hits.image;
    for (const [name, hit] of Object.entries(hits)) if (hit) tally[name as keyof typeof tally]++;
  }
  return tally;
}

const value = (score: Score | undefined) => score?.value;

describe('winoground', () => {
  it('gives text, image and group score, by tag and by number of predicates, as a count one by one does', async () => {
    const paths = await writeTinyBenchmark(
      join(folder, 'winoground'),
      fixtures.winogroundFiles.files,
      fixtures.winogroundFiles.pictures,
    );
    const model = randomEmbedder(3);
    const { scores, chance, failures } = await winoground(paths).run({ model });
    const items = Array.from({ length: 40 }, (_, k) => ({
      texts: [`a cup on book ${k}`, `book ${k} on a cup`] as const,
      colours: [2 * k, 2 * k + 1] as const,
    }));
    for (const [figure, own] of [
      ['all', items],
      ['Relation', items.filter((_, k) => k % 2 === 1)],
      ['Object', items.filter((_, k) => k % 4 === 0)],
      ['main_preds_2', items.filter((_, k) => k % 2 === 1)],
    ] as const) {
      const tally = await count(model, own, 80);
      for (const metric of ['text', 'image', 'group'] as const) {
        expect(value(scores[`${figure}.${metric}`]), `${figure}.${metric}`).toBeCloseTo(tally[metric] / own.length, 12);
        expect(scores[`${figure}.${metric}`]!.n).toBe(own.length);
      }
    }
    expect(chance['all.group']).toBeCloseTo(1 / 6);
    expect(chance['Both.text']).toBe(1 / 4);
    expect(failures).toHaveLength(40 - 40 * value(scores['all.group'])!);
    expect(failures[0]!.detail).toMatchObject({
      pictures: [expect.stringMatching(/^ex_\d+_img_0$/), expect.any(String)],
    });
  });
});

describe('colorSwap', () => {
  it('gives the three scores over all items and by the origin of the pictures', async () => {
    const { files, pictures } = fixtures.colorSwapFiles;
    const paths = await writeTinyBenchmark(join(folder, 'colorswap'), files, pictures);
    const model = randomEmbedder(4);
    const items = Array.from({ length: 40 }, (_, k) => ({
      texts: [`a red cup on a blue book ${k}`, `a blue cup on a red book ${k}`] as const,
      colours: [2 * k, 2 * k + 1] as const,
    }));
    const { scores } = await colorSwap(paths).run({ model });
    const tally = await count(model, items, 80);
    expect(value(scores['all.group'])).toBeCloseTo(tally.group / 40, 12);
    expect(value(scores['all.image'])).toBeCloseTo(tally.image / 40, 12);
    expect(scores['midjourney.text']!.n).toBe(20);
    // The pictures may also lie in the folder itself.
    expect((await colorSwap({ ...paths, images: join(paths.images, 'images') }).run({ model })).scores).toEqual(scores);
  });
});

describe('bivlc', () => {
  it('gives both directions, the group and the four one-sided shares, by type and subtype', async () => {
    const paths = await writeTinyBenchmark(
      join(folder, 'bivlc'),
      fixtures.bivlcFiles.files,
      fixtures.bivlcFiles.pictures,
    );
    const model = randomEmbedder(5);
    const items = Array.from({ length: 40 }, (_, k) => ({
      texts: [`a red cup ${k}`, `a blue cup ${k}`] as const,
      colours: [2 * k, 2 * k + 1] as const,
    }));
    const { scores, chance } = await bivlc(paths).run({ model });
    const { text, image, ...rest } = await count(model, items, 80);
    for (const [metric, hits] of Object.entries({ i2t: text, t2i: image, ...rest })) {
      expect(value(scores[`all.${metric}`]), metric).toBeCloseTo(hits / 40, 12);
    }
    expect(chance['all.tneg2i']).toBe(1 / 2);
    expect(scores['add.group']!.n).toBe(13);
    expect(scores['replace_att.group']!.n).toBe(7);
  });
});

describe('cola', () => {
  it('gives the image score alone, and finds pictures by the last part of their address', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'cola'), fixtures.colaFiles.files, fixtures.colaFiles.pictures);
    const model = randomEmbedder(6);
    const items = Array.from({ length: 40 }, (_, k) => ({
      texts: [`red cup left of blue book ${k}`, `blue cup left of red book ${k}`] as const,
      colours: [k, k + 1] as const,
    }));
    const { scores } = await cola(paths).run({ model });
    expect(Object.keys(scores)).toEqual(['all.image']);
    expect(value(scores['all.image'])).toBeCloseTo((await count(model, items, 41)).image / 40, 12);
  });

  it.skipIf(!process.env.ANAGRAM_TEST_DATA)(
    'has 210 items on 218 pictures in the published file (needs ANAGRAM_TEST_DATA)',
    async () => {
      const dir = join(process.env.ANAGRAM_TEST_DATA!, 'cola');
      const rows = JSON.parse(await readFile(join(dir, 'COLA_multiobjects_matching_benchmark.json'), 'utf8')) as [
        string,
        string,
        string,
        string,
      ][];
      const names = [
        ...new Set(rows.flatMap((row) => [row[0], row[2]]).map((url) => url.slice(url.lastIndexOf('/') + 1))),
      ];
      expect(names).toHaveLength(218);
      const images = join(folder, 'cola-real');
      await writeTinyPictures(images, names, 1);
      const model = randomEmbedder(8);
      const report = await cola({ dir, images }).run({ model });
      const items = rows.map(([url0, c0, url1, c1]) => ({
        texts: [c0, c1] as const,
        colours: [url0, url1].map((url) => names.indexOf(url.slice(url.lastIndexOf('/') + 1))) as [number, number],
      }));
      expect(report.scores['all.image']!.n).toBe(210);
      expect(value(report.scores['all.image'])).toBeCloseTo((await count(model, items, 218)).image / 210, 12);
    },
    60_000,
  );
});
