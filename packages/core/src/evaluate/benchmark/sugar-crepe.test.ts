import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sugarCrepeFiles } from '../../../test/fixtures/benchmark-files.ts';
import {
  randomEmbedder,
  tinyEmbedder,
  writeTinyBenchmark,
  writeTinyPictures,
} from '../../../test/fixtures/tiny-benchmark.ts';
import { sugarCrepe } from './sugar-crepe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sugar-crepe-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('sugarCrepe', () => {
  it('scores each file, and each kind over records and over files', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'a'), sugarCrepeFiles.files, sugarCrepeFiles.pictures);
    // Right on record 0 of every file, and on record 2 of swap_obj.
    const model = tinyEmbedder(
      2,
      (text) => (/ 0 right|swap_obj 2 right/.test(text) ? [1, 0] : text.endsWith('wrong') ? [1, 1] : [0, 1]),
      () => [1, 0],
    );
    const { scores, chance, ties, degenerate, failures, baselines } = await sugarCrepe(paths).run({ model });
    expect(scores['swap_obj.choice']).toMatchObject({ value: 1, n: 2 });
    expect(scores['add_att.choice']).toMatchObject({ value: 0.5, n: 2 });
    expect(scores['swap.micro.choice']).toMatchObject({ value: 0.75, n: 4 });
    expect(scores['replace.macro.choice']).toMatchObject({ value: 0.5, n: 6 });
    expect(scores['all.micro.choice']).toMatchObject({ value: 8 / 14, n: 14 });
    expect(new Set(Object.values(chance))).toEqual(new Set([0.5]));
    expect([ties, degenerate]).toEqual([0, 0]);
    expect(baselines.shorterText!['all.micro.choice']).toBe(0); // all texts are of equal length
    expect(failures).toHaveLength(6);
    expect(failures[0]).toMatchObject({
      id: 'add_att/2',
      category: 'add_att',
      detail: { texts: ['add_att 2 right', 'add_att 2 wrong'], wrong: ['choice'], pictures: ['000000000285.jpg'] },
    });
  });

  it('names the record that is not as published', async () => {
    const files = { ...sugarCrepeFiles.files, 'swap_obj.json': { 7: { filename: 'a.jpg', caption: 'a cup' } } };
    const paths = await writeTinyBenchmark(join(folder, 'b'), files, []);
    await expect(sugarCrepe(paths).run({ model: randomEmbedder(1) })).rejects.toThrow(
      /swap_obj\.json, 7\.negative_caption: .*expected string, received undefined\. Fetch the file again from github\.com/,
    );
  });

  it('counts records whose captions are the same, and holds them wrong', async () => {
    const twin = { filename: '000000000139.jpg', caption: 'a cup', negative_caption: 'a cup' };
    const files = { ...sugarCrepeFiles.files, 'swap_obj.json': { 0: twin } };
    const paths = await writeTinyBenchmark(join(folder, 'c'), files, sugarCrepeFiles.pictures);
    const report = await sugarCrepe(paths).run({ model: randomEmbedder(1) });
    expect(report).toMatchObject({ degenerate: 1, ties: 1 });
    expect(report.scores['swap_obj.choice']!.value).toBe(0);
  });
});

const data = process.env.ANAGRAM_TEST_DATA;
const real = data === undefined ? undefined : join(data, 'sugarcrepe');
describe.skipIf(real === undefined || !existsSync(real))(
  'sugarCrepe on the published files (needs ANAGRAM_TEST_DATA)',
  () => {
    it('has 7,511 records, and agrees with a count made apart from it', async () => {
      const names = ['add_att', 'add_obj', 'replace_att', 'replace_obj', 'replace_rel', 'swap_att', 'swap_obj'];
      type Row = { filename: string; caption: string; negative_caption: string };
      const rows = new Map<string, Row[]>();
      for (const name of names) {
        rows.set(name, Object.values(JSON.parse(await readFile(join(real!, `${name}.json`), 'utf8'))));
      }
      const pictures = [...new Set([...rows.values()].flat().map(({ filename }) => filename))];
      const images = join(folder, 'real');
      await writeTinyPictures(images, pictures, 1);
      const model = randomEmbedder(7);
      const report = await sugarCrepe({ dir: real!, images }).run({ model });
      expect(Object.fromEntries(names.map((name) => [name, report.scores[`${name}.choice`]!.n]))).toEqual({
        add_att: 692,
        add_obj: 2062,
        replace_att: 788,
        replace_obj: 1652,
        replace_rel: 1406,
        swap_att: 666,
        swap_obj: 245,
      });
      expect(report.scores['all.micro.choice']!.n).toBe(7511);
      expect(report.degenerate).toBe(0);
      // Most negatives of the add files are longer than their captions, whatever the picture shows.
      expect(report.baselines.shorterText!['add_att.choice']).toBeCloseTo(0.986, 3);
      expect(report.baselines.shorterText!['add_obj.choice']).toBeCloseTo(0.976, 3);
      expect(report.baselines.longerText!['replace_rel.choice']).toBeLessThan(0.5);
      // Words that were replaced by others give themselves away; those that changed places do so far less.
      expect(report.baselines.learnedWords!['replace_rel.choice']).toBeCloseTo(0.792, 3);
      expect(report.baselines.learnedWords!['swap_obj.choice']).toBeCloseTo(0.543, 3);

      const vectors = async (texts: string[]) => {
        const flat = await model.embedTexts(texts);
        return texts.map((_, row) => flat.subarray(row * 8, row * 8 + 8));
      };
      const similar = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
      const shown = await model.embedImages(
        pictures.map((_, k) => ({ width: 1, height: 1, data: Uint8Array.of(k % 256, k >> 8, 0) })),
      );
      for (const [name, list] of rows) {
        const right = await vectors(list.map(({ caption }) => caption));
        const wrong = await vectors(list.map((row) => row.negative_caption));
        const hits = list.filter((row, k) => {
          const at = pictures.indexOf(row.filename) * 8;
          const image = shown.subarray(at, at + 8);
          return similar(right[k]!, image) > similar(wrong[k]!, image);
        });
        expect(report.scores[`${name}.choice`]!.value, name).toBeCloseTo(hits.length / list.length, 12);
      }
    }, 60_000);
  },
);
