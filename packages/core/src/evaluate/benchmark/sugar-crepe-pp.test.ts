import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sugarCrepePlusPlusFiles } from '../../../test/fixtures/benchmark-files.ts';
import {
  cosinesOf,
  randomEmbedder,
  tinyEmbedder,
  writeTinyBenchmark,
  writeTinyPictures,
} from '../../../test/fixtures/tiny-benchmark.ts';
import { sugarCrepePlusPlus } from './sugar-crepe-pp.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sugar-crepe-pp-'));
});
afterAll(() => rm(folder, { recursive: true }));

const names = ['replace_att', 'replace_obj', 'replace_rel', 'swap_att', 'swap_obj'];

describe('sugarCrepePlusPlus', () => {
  it('tells the picture score from the score on texts alone', async () => {
    const { files, pictures } = sugarCrepePlusPlusFiles;
    const paths = await writeTinyBenchmark(join(folder, 'a'), files, pictures);
    // P1 and P2 fit the picture, but P1 and N are the nearest texts.
    const vectors = { p1: [2, 1, 0], p2: [2, -1, 0], n: [1, 1, 0] };
    const model = tinyEmbedder(
      3,
      (text) => vectors[text.split(' ')[2] as keyof typeof vectors],
      () => [1, 0, 0],
    );
    const { scores, chance } = await sugarCrepePlusPlus(paths).run({ model });
    for (const figure of [...names, 'all.macro']) {
      expect(scores[`${figure}.itt`]).toMatchObject({ value: 1 });
      expect(scores[`${figure}.p1`]).toMatchObject({ value: 1 });
      expect(scores[`${figure}.tot`]).toMatchObject({ value: 0 });
      expect(chance[`${figure}.tot`]).toBeCloseTo(1 / 3);
    }
    expect(scores['all.macro.itt']!.n).toBe(60);
  });

  it('agrees with a count one by one on random embeddings', async () => {
    const { files, pictures } = sugarCrepePlusPlusFiles;
    const paths = await writeTinyBenchmark(join(folder, 'b'), files, pictures);
    const model = randomEmbedder(2);
    const { scores } = await sugarCrepePlusPlus(paths).run({ model });
    const ids = Array.from({ length: 12 }, (_, id) => id);
    const texts = names.flatMap((name) =>
      ids.flatMap((id) => ['p1', 'p2', 'n'].map((kind) => `${name} ${id} ${kind}`)),
    );
    const { textImage, textText } = await cosinesOf(model, texts, 2);
    for (const name of names) {
      const hits = { itt: 0, tot: 0, p1: 0, p2: 0 };
      for (const id of ids) {
        const [p1, p2, n] = ['p1', 'p2', 'n'].map((kind) => `${name} ${id} ${kind}`) as [string, string, string];
        const against = textImage(n, id % 2);
        if (textImage(p1, id % 2) > against) hits.p1++;
        if (textImage(p2, id % 2) > against) hits.p2++;
        if (textImage(p1, id % 2) > against && textImage(p2, id % 2) > against) hits.itt++;
        if (textText(p1, p2) > Math.max(textText(p1, n), textText(p2, n))) hits.tot++;
      }
      for (const [metric, count] of Object.entries(hits)) {
        expect(scores[`${name}.${metric}`]!.value, `${name}.${metric}`).toBeCloseTo(count / 12, 12);
      }
    }
  });

  it.skipIf(!process.env.ANAGRAM_TEST_DATA)(
    'has 4,757 records in the published files, three of them with a text twice (needs ANAGRAM_TEST_DATA)',
    async () => {
      const dir = join(process.env.ANAGRAM_TEST_DATA!, 'sugarcrepe-pp');
      const rows = await Promise.all(
        names.map(
          async (name) => JSON.parse(await readFile(join(dir, `${name}.json`), 'utf8')) as { filename: string }[],
        ),
      );
      const images = join(folder, 'real');
      await writeTinyPictures(images, [...new Set(rows.flat().map(({ filename }) => filename))], 1);
      const report = await sugarCrepePlusPlus({ dir, images }).run({ model: randomEmbedder(1) });
      const sizes = names.map((name) => report.scores[`${name}.itt`]!.n);
      expect(sizes).toEqual([788, 1652, 1406, 666, 245]);
      expect(report.scores['all.macro.tot']!.n).toBe(4757);
      expect(report.degenerate).toBe(3); // replace_att 14 repeats its caption; swap_obj 2 and 8 have it as their negative
    },
    60_000,
  );
});
