import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchmarkFiles } from '../../../test/fixtures/benchmark-files.ts';
import {
  crepeProductivityFiles,
  crepeSystematicityFiles,
  negBenchFiles,
  negBenchRetrievalFiles,
  specFiles,
  valseFiles,
  vlCheckListFiles,
} from '../../../test/fixtures/choice-benchmark-files.ts';
import {
  constantEmbedder,
  cosinesOf,
  randomEmbedder,
  tinyEmbedder,
  writeTinyBenchmark,
} from '../../../test/fixtures/tiny-benchmark.ts';
import { crepeProductivity, crepeSystematicity } from './crepe.ts';
import { negBench, negBenchRetrieval } from './negbench.ts';
import { spec } from './spec.ts';
import { valse } from './valse.ts';
import { vlCheckList } from './vl-checklist.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'choice-benchmarks-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = (name: string, { files, pictures }: BenchmarkFiles) =>
  writeTinyBenchmark(join(folder, name), files, pictures);

/** Every picture is (1, 0); a text is near it where it passes. */
const likes = (near: (text: string) => boolean) =>
  tinyEmbedder(
    2,
    (text) => (near(text) ? [1, 0] : [0, 1]),
    () => [1, 0],
  );

describe('negBench', () => {
  it('scores the choice among four captions, over all and by the form of the right one', async () => {
    const paths = await write('negbench', negBenchFiles);
    // Chooses "positive" where the number is divisible by three, as the right caption's form is there.
    const model = likes((text) => text.includes(Number(text.match(/\d+/)![0]) % 3 === 0 ? 'positive' : 'right'));
    const { scores, chance } = await negBench({ ...paths, set: 'coco' }).run({ model });
    expect(scores['all.choice']).toMatchObject({ value: 2 / 3, n: 30 });
    expect(scores['positive.choice']).toMatchObject({ value: 0, n: 10 });
    expect(scores['hybrid.choice']).toMatchObject({ value: 1, n: 10 });
    expect(chance['all.choice']).toBe(1 / 4);
  });

  it('takes the answer from the row, and gives a constant model the share of first answers when ties are official', async () => {
    const csv = (negBenchFiles.files['COCO_val_mcq_llama3.1_rephrased.csv'] as string)
      .split('\n')
      .map((line, at) => (at % 3 === 1 ? line.replace(/\.jpg,0,/, '.jpg,2,') : line))
      .join('\n');
    const paths = await writeTinyBenchmark(
      join(folder, 'negbench-2'),
      { 'synthetic_mcq_llama3.1_rephrased.csv': csv },
      negBenchFiles.pictures,
    );
    const official = await negBench({ ...paths, set: 'synthetic', ties: 'official' }).run({
      model: constantEmbedder(),
    });
    expect(official.scores['all.choice']!.value).toBeCloseTo(2 / 3);
    const model = likes((text) => text.includes('positive'));
    const { scores } = await negBench({ ...paths, set: 'synthetic' }).run({ model });
    expect(scores['all.choice']!.value).toBeCloseTo(1 / 3);
  });

  it('names the row and the column that is not as published', async () => {
    const file = 'COCO_val_mcq_llama3.1_rephrased.csv';
    for (const answer of ['4', '', 'one']) {
      const csv = (negBenchFiles.files[file] as string).replace('.jpg,0,', `.jpg,${answer},`);
      const paths = await writeTinyBenchmark(join(folder, 'n3'), { [file]: csv }, []);
      const run = negBench({ ...paths, set: 'coco' }).run({ model: constantEmbedder() });
      await expect(run).rejects.toThrow(/rephrased\.csv, line 2, correct_answer: .*Fetch the file again from/);
    }
  });
});

describe('negBenchRetrieval', () => {
  it('counts captions that find their picture among the first k of all pictures', async () => {
    const paths = await write('negbench-retrieval', negBenchRetrievalFiles);
    const model = randomEmbedder(13);
    const { scores, chance } = await negBenchRetrieval({ ...paths, set: 'coco-negated' }).run({ model });
    const captions = Array.from({ length: 40 }, (_, at) => ({
      text: `there's no cat ${at >> 1} ${at % 2}`,
      own: at >> 1,
    }));
    const { textImage } = await cosinesOf(
      model,
      captions.map(({ text }) => text),
      20,
    );
    const ahead = captions.map(({ text, own }) => {
      const row = Array.from({ length: 20 }, (_, picture) => textImage(text, picture));
      return row.filter((score) => score > row[own]!).length;
    });
    for (const k of [1, 5]) {
      const hits = ahead.filter((count) => count < k).length;
      expect(scores[`all.recall@${k}`]).toMatchObject({ value: hits / 40, n: 40 });
      expect(chance[`all.recall@${k}`]).toBeCloseTo(k / 20, 12);
    }
  });
});

describe('spec', () => {
  it('scores both directions of each subset with the label of the record, and their means', async () => {
    const paths = await write('spec', specFiles);
    const model = randomEmbedder(11);
    const { scores, chance } = await spec(paths).run({ model });
    let colour = 0;
    const means = { i2t: 0, t2i: 0 };
    for (const [subset, count] of [
      ['absolute_size', 3],
      ['relative_size', 3],
      ['absolute_spatial', 9],
      ['relative_spatial', 4],
      ['existence', 2],
      ['count', 9],
    ] as const) {
      const first = colour;
      colour += count;
      const all = Array.from({ length: count }, (_, k) => k);
      const { textImage } = await cosinesOf(
        model,
        all.map((k) => `${subset} text ${k}`),
        colour,
      );
      const s = all.map((c) => all.map((i) => textImage(`${subset} text ${c}`, first + i)));
      const i2t = all.filter((i) => all.every((c) => c === i || s[i]![i]! > s[c]![i]!)).length / count;
      const t2i = all.filter((c) => all.every((i) => i === c || s[c]![c]! > s[c]![i]!)).length / count;
      means.i2t += i2t / 6;
      means.t2i += t2i / 6;
      expect(scores[`${subset}.i2t`]!.value, `${subset}.i2t`).toBeCloseTo(i2t, 12);
      expect(scores[`${subset}.t2i`]!.value, `${subset}.t2i`).toBeCloseTo(t2i, 12);
      expect(scores[`${subset}.i2t`]!.n).toBe(count);
      expect(chance[`${subset}.t2i`]).toBeCloseTo(1 / count, 12);
    }
    expect(scores['all.macro.i2t']!.value).toBeCloseTo(means.i2t, 12);
    expect(scores['all.macro.t2i']!.value).toBeCloseTo(means.t2i, 12);
    expect(chance['all.macro.i2t']).toBeCloseTo((2 / 3 + 2 / 9 + 1 / 4 + 1 / 2) / 6, 12);
  });

  it('gives a constant model the share of label 0 when ties are official', async () => {
    const paths = await write('spec-2', specFiles);
    const { scores } = await spec({ ...paths, ties: 'official' }).run({ model: constantEmbedder() });
    expect(scores['relative_spatial.i2t']!.value).toBe(1 / 4);
  });

  it('refuses a label without a key', async () => {
    const files = { ...specFiles.files, 'count/image2text.json': [{ query: 'a.png', keys: ['a', 'b'], label: 2 }] };
    const paths = await writeTinyBenchmark(join(folder, 'spec-3'), files, []);
    await expect(spec(paths).run({ model: constantEmbedder() })).rejects.toThrow(
      /image2text\.json, 0\.label: expected the place of one of the keys\. Fetch/,
    );
  });
});

describe('valse', () => {
  it('uses confirmed records alone, and averages over files and over phenomena', async () => {
    const paths = await write('valse', valseFiles);
    // Right in the counting files, on record 0 elsewhere.
    const model = likes((text) => (/counting|0$/.test(text) ? text.includes('caption') : text.includes('foil')));
    const { scores } = await valse(paths).run({ model });
    expect(scores['existence.choice']).toMatchObject({ value: 1 / 3, n: 3 });
    expect(scores['counting.micro.choice']).toMatchObject({ value: 1, n: 9 });
    expect(scores['all.macro.choice']!.value).toBeCloseTo((3 + 8 / 3) / 11, 12);
    expect(scores['phenomena.macro.choice']!.value).toBeCloseTo((1 + 6 / 3) / 7, 12);
    expect(scores['all.macro.choice']!.n).toBe(33);
  });
});

describe('crepeProductivity', () => {
  it('counts captions with fewer than k better negatives, by complexity and as their mean', async () => {
    const paths = await write('crepe', crepeProductivityFiles);
    const model = randomEmbedder(12);
    const { scores, chance } = await crepeProductivity({ ...paths, set: 'atom' }).run({ model });
    const records = Array.from({ length: 9 }, (_, at) => [0, 1, 2].map((k) => ({ n: at + 4, k }))).flat();
    const texts = ({ n, k }: { n: number; k: number }) => [
      `a lamp, right ${n} ${k}`,
      `a dog's lamp ${n} ${k} 0`,
      ...[1, 2, 3, 4].map((j) => `a lamp ${n} ${k} ${j}`),
    ];
    const { textImage } = await cosinesOf(model, records.flatMap(texts), 2);
    const better = records.map((record) => {
      const [right, ...wrong] = texts(record).map((text) => textImage(text, record.k % 2));
      return wrong.filter((score) => score >= right!).length;
    });
    for (const k of [1, 3, 5]) {
      const value = better.filter((count) => count < k).length / better.length;
      expect(scores[`all.macro.recall@${k}`]!.value, `recall@${k}`).toBeCloseTo(value, 12);
      expect(scores[`all.micro.recall@${k}`]!.value).toBeCloseTo(value, 12);
      expect(chance[`all.micro.recall@${k}`]).toBeCloseTo(k / 6, 12);
    }
    expect(scores['complexity_12.recall@1']).toMatchObject({
      value: better.slice(-3).filter((count) => count === 0).length / 3,
      n: 3,
    });
    expect(model.pictures[0]).toMatchObject({ width: 4, height: 3 });
  });

  it('names the row whose negatives are no list', async () => {
    const file = 'atom/prod_vg_hard_negs_atom_complexity_5.csv';
    const files = {
      ...crepeProductivityFiles.files,
      [file]: 'image_id,caption,x,y,width,height,hard_negs\n1,a,0,0,1,1,none\n',
    };
    const paths = await writeTinyBenchmark(join(folder, 'crepe-2'), files, []);
    await expect(crepeProductivity({ ...paths, set: 'atom' }).run({ model: constantEmbedder() })).rejects.toThrow(
      /complexity_5\.csv, line 2, hard_negs: expected \[ at character 1 of a Python list\. Fetch/,
    );
  });
});

describe('crepeSystematicity', () => {
  it('tells seen from unseen compounds, and the three kinds of negatives', async () => {
    const paths = await write('crepe-3', crepeSystematicityFiles);
    // Knows seen compounds; of unseen ones it falls for the negative with a changed atom alone.
    const model = likes((text) => (/unseen/.test(text) ? / 0$/.test(text) && !/right/.test(text) : /right/.test(text)));
    const { scores, chance } = await crepeSystematicity({ ...paths, set: 'cc12m' }).run({ model });
    expect(scores['seen.combined.recall@1']).toMatchObject({ value: 1, n: 4 });
    expect(scores['unseen.atom.recall@1']!.value).toBe(0);
    expect(scores['unseen.combined.recall@3']!.value).toBe(0);
    expect(scores['difference.comp.recall@1']!.value).toBeCloseTo(
      scores['seen.comp.recall@1']!.value - scores['unseen.comp.recall@1']!.value,
      12,
    );
    expect(chance['difference.atom.recall@1']).toBe(0);
    expect(chance['seen.atom.recall@1']).toBe(1 / 2);
    expect(chance['seen.combined.recall@3']).toBe(3 / 4);
  });
});

describe('vlCheckList', () => {
  it('takes the first text of each side, by corpus and as the means of a type and of an axis', async () => {
    const paths = await write('vl-checklist', vlCheckListFiles);
    const model = likes((text) => (/spatial|vg/.test(text) ? text.includes('right') : text.includes('wrong')));
    const report = await vlCheckList({ ...paths, set: 'Relation' }).run({ model });
    expect(report.scores['Relation/spatial/vg.choice']).toMatchObject({ value: 1, n: 3 });
    expect(report.scores['Relation/action.macro.choice']!.value).toBeCloseTo(1 / 3, 12);
    expect(report.scores['all.macro.choice']!.value).toBeCloseTo((1 / 3 + 1) / 2, 12);
    expect(report.scores['all.macro.choice']!.n).toBe(12);
    expect(report.degenerate).toBe(0);
  });
});
