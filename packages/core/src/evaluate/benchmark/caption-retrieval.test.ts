import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indices } from '../../../test/fixtures/benchmark-files.ts';
import { captionsOf, cocoRetrievalFiles, cocoVal2017Files } from '../../../test/fixtures/retrieval-benchmark-files.ts';
import {
  constantEmbedder,
  cosinesOf,
  randomEmbedder,
  writeTinyBenchmark,
} from '../../../test/fixtures/tiny-benchmark.ts';
import { cocoRetrieval } from './caption-retrieval.ts';

let folder: string;
let paths: { dir: string; images: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caption-retrieval-'));
  paths = await writeTinyBenchmark(folder, cocoRetrievalFiles.files, cocoRetrievalFiles.pictures);
});
afterAll(() => rm(folder, { recursive: true }));

describe('cocoRetrieval', () => {
  it('finds captions and pictures as often as a count over whole sorted lists', async () => {
    const model = randomEmbedder(5);
    const { scores } = await cocoRetrieval({ ...paths, set: 'test' }).run({ model });
    const pairs = indices(12).flatMap((picture) => captionsOf(picture).map((text) => ({ picture, text })));
    const { textImage } = await cosinesOf(model, [...new Set(pairs.map(({ text }) => text))], 12);
    for (const k of [1, 5, 10]) {
      // The rank of the best right answer in a list in which wrong answers of the same score stand first.
      const byPicture = indices(12).filter((picture) => {
        const list = pairs
          .map((pair) => ({ right: pair.picture === picture, score: textImage(pair.text, picture) }))
          .sort((a, b) => b.score - a.score || Number(a.right) - Number(b.right));
        return list.findIndex(({ right }) => right) < k;
      });
      const byText = pairs.filter(({ picture, text }) => {
        const own = textImage(text, picture);
        return indices(12).filter((other) => other !== picture && textImage(text, other) >= own).length < k;
      });
      expect(scores[`all.i2t.recall@${k}`]!.value).toBeCloseTo(byPicture.length / 12, 12);
      expect(scores[`all.t2i.recall@${k}`]!.value).toBeCloseTo(byText.length / pairs.length, 12);
      expect(scores[`all.i2t.recall@${k}`]!.n).toBe(12);
      expect(scores[`all.t2i.recall@${k}`]!.n).toBe(61);
    }
  });

  it('takes the first captions of each picture where it is told how many', async () => {
    const { scores } = await cocoRetrieval({ ...paths, set: 'test', captions: 2 }).run({ model: randomEmbedder(5) });
    expect(scores['all.t2i.recall@1']!.n).toBe(24);
    expect(() => cocoRetrieval({ ...paths, set: 'test', captions: 0 })).toThrow('captions');
  });

  it('knows what random order would find: one of the five or six captions of a picture among the first k of 61', async () => {
    const { chance } = await cocoRetrieval({ ...paths, set: 'test' }).run({ model: constantEmbedder() });
    expect(chance['all.t2i.recall@5']).toBeCloseTo(5 / 12, 12);
    expect(chance['all.i2t.recall@1']).toBeCloseTo(61 / 61 / 12, 12);
    const none = (own: number) =>
      ((61 - own) * (60 - own) * (59 - own) * (58 - own) * (57 - own)) / (61 * 60 * 59 * 58 * 57);
    expect(chance['all.i2t.recall@5']).toBeCloseTo(1 - (11 * none(5) + none(6)) / 12, 12);
  });

  it('keeps the order of the files among equal scores where ties are official', async () => {
    const { scores } = await cocoRetrieval({ ...paths, set: 'test', ties: 'official' }).run({
      model: constantEmbedder(),
    });
    expect(scores['all.t2i.recall@1']!.value).toBeCloseTo(6 / 61, 12); // the first picture, by its six captions
    expect(scores['all.i2t.recall@10']!.value).toBeCloseTo(2 / 12, 12); // ten captions: those of two pictures
  });

  it('reads captions of val2017 in whatever order they stand, and refuses a split without pictures', async () => {
    const own = await writeTinyBenchmark(join(folder, '2017'), cocoVal2017Files.files, cocoVal2017Files.pictures);
    const { scores } = await cocoRetrieval({ ...own, set: 'val2017' }).run({ model: randomEmbedder(5) });
    const first = await cocoRetrieval({ ...paths, set: 'test' }).run({ model: randomEmbedder(5) });
    expect(scores).toEqual(first.scores);
    await expect(cocoRetrieval({ ...paths, set: 'val' }).run({ model: randomEmbedder(5) })).rejects.toThrow(
      /dataset_coco\.json.*split val.*expected records, received none/,
    );
  });
});
