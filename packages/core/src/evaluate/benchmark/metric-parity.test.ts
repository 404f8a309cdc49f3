import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyEmbedder, writeTinyBenchmark } from '../../../test/fixtures/tiny-benchmark.ts';
import { zeroShotClassification } from '../zero-shot-classification.ts';
import { benchmarkNames, findBenchmark } from './find-benchmark.ts';

interface Case {
  readonly name: string;
  readonly files: { readonly [file: string]: unknown };
  readonly pictures: readonly string[];
  readonly images: readonly number[][];
  readonly texts: { readonly [text: string]: number[] };
  readonly expected: { readonly [mode in 'wrong' | 'official']: { readonly [figure: string]: number } };
}

interface ZeroShotCase extends Pick<Case, 'texts' | 'images'> {
  readonly classes: readonly string[];
  readonly templates: readonly string[];
  readonly labels: readonly number[];
  readonly expected: { readonly [figure: string]: number };
}

/** Made by `benchmark-metrics.py` beside it, which scores in NumPy as the owners' papers and code do. */
const golden = JSON.parse(
  await readFile(new URL('../../../test/fixtures/benchmark-metrics.json', import.meta.url), 'utf8'),
) as { cases: Case[]; zeroShot: ZeroShotCase };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metric-parity-'));
});
afterAll(() => rm(folder, { recursive: true }));

const exact = (vector: readonly number[]) => vector;

describe.each(golden.cases)('$name', ({ name, files, pictures, images, texts, expected }) => {
  it.each(['wrong', 'official'] as const)(
    'has the figures that NumPy has on the same scores; ties: %s',
    async (ties) => {
      const paths = await writeTinyBenchmark(join(folder, name), files, pictures);
      const model = tinyEmbedder(
        images[0]!.length,
        (text) => texts[text]!,
        (colour) => images[colour]!,
        exact,
      );
      const report = await findBenchmark(name, { ...paths, ties }).run({ model });
      expect(report.ties).toBeGreaterThan(0);
      expect(Object.keys(report.scores).sort()).toEqual(Object.keys(expected[ties]).sort());
      for (const [figure, value] of Object.entries(expected[ties])) {
        expect(report.scores[figure]!.value, figure).toBeCloseTo(value, 12);
      }
    },
  );
});

it('covers every benchmark, by one of its sets at least', () => {
  const family = (name: string) => name.split(':')[0]!;
  const covered = new Set(golden.cases.map(({ name }) => family(name)));
  // The Flickr sets are read and scored as COCO's.
  const families = new Set(benchmarkNames.map(family).filter((name) => !name.startsWith('flickr')));
  expect([...families].filter((name) => !covered.has(name))).toEqual([]);
});

it('classifies as NumPy does with the mean of unit embeddings over the templates', async () => {
  const { classes, templates, labels, texts, images, expected } = golden.zeroShot;
  const model = tinyEmbedder(
    5,
    (text) => texts[text]!,
    (colour) => images[colour]!,
  );
  const items = labels.map((label, k) => ({
    id: `${k}`,
    label,
    image: { width: 1, height: 1, data: Uint8Array.of(k, 0, 0) },
  }));
  const report = await zeroShotClassification({ name: 'zero-shot', classes, templates, items }).run({ model });
  expect(Object.keys(report.scores).sort()).toEqual(Object.keys(expected).sort());
  for (const [figure, value] of Object.entries(expected)) expect(report.scores[figure]!.value).toBeCloseTo(value, 12);
});
