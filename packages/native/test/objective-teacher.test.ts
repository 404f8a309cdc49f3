import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { NativeObjectiveConfig } from '../lib/objective-config.ts';
import type { NativeObjectiveResult } from '../lib/objective-input.ts';
import { type Batch, batch, largestDifference, level, numbers, objective, plain } from './objective-batch.ts';

const none: NativeObjectiveConfig = { ...plain, contrastive: 0 };
const cases = JSON.parse(
  readFileSync(new URL('./golden/objective-teacher.json', import.meta.url), 'utf8'),
) as (Batch & {
  name: string;
  config: Partial<NativeObjectiveConfig>;
  expected: NativeObjectiveResult;
})[];
const scaled = (rows: number[][]) => rows.map((row) => row.map((value) => value / 256));

it.each(cases)('holds what PyTorch makes of the formula: $name', async ({ expected, config, ...golden }) => {
  const { images, texts, paraphrases, teacher } = golden;
  const result = await objective(
    {
      ...golden,
      ...{ images: scaled(images), texts: scaled(texts), paraphrases: scaled(paraphrases!) },
      teacher: { ...teacher!, images: scaled(teacher!.images), texts: scaled(teacher!.texts) },
    },
    { ...none, ...config },
  );
  expect(Math.abs(result.loss - expected.loss)).toBeLessThan(1e-9);
  expect(Object.keys(result.terms).sort()).toEqual(Object.keys(expected.terms).sort());
  for (const [name, value] of Object.entries(expected.terms)) expect(result.terms[name]).toBeCloseTo(value, 9);
  for (const name of ['imageGradients', 'textGradients', 'paraphraseGradients'] as const) {
    expect(largestDifference(result[name], expected[name])).toBeLessThan(1e-8);
  }
  expect(Math.abs(result.logitScaleGradient - expected.logitScaleGradient)).toBeLessThan(1e-8);
});

/** A student that is its teacher, with one lone text for each pair and a paraphrase that says the same. */
const unmoved = (given: Batch): Batch => ({
  ...given,
  paraphrases: given.texts.slice(0, given.pairs),
  paraphraseRows: numbers(given.pairs),
  teacher: { images: given.images, texts: given.texts, logitScale: given.logitScale },
});

it.each<[string, number, Partial<NativeObjectiveConfig>]>([
  ['distillation of similarities', 0, { distil: 1 }],
  ['distillation of embeddings', 0, { featureDistil: 1 }],
  ['text contrast with a teacher and 1 negative', Math.log(2), { teacherContrast: 1 }],
  ['a paraphrase among 7 texts', Math.log(7), { paraphrases: 1 }],
  ['the distance of a paraphrase', 0, { paraphraseDistance: 1 }],
])('%s has its known value when all similarities are equal', async (_, value, config) => {
  const given = unmoved(level(7, 0, 7, { ownTexts: numbers(7).map((row) => [row + 7]) }));
  const { loss } = await objective(given, { ...none, ...config });
  expect(loss).toBeCloseTo(value, 6);
});

it('is least where the student is its teacher, in similarities and in embeddings', async () => {
  const given = unmoved(batch(5, 1, 2));
  const moved = { ...given, texts: given.texts.map(([x, y, z]) => [y!, -x!, z!]) };
  for (const config of [
    { ...none, distil: 1 },
    { ...none, featureDistil: 1 },
  ]) {
    const [still, away] = [await objective(given, config), await objective(moved, config)];
    expect(Math.abs(still.loss)).toBeLessThan(1e-12);
    expect(
      largestDifference(
        still.textGradients,
        still.textGradients.map(() => 0),
      ),
    ).toBeLessThan(1e-7);
    expect(away.loss).toBeGreaterThan(0.1);
  }
});

it('keeps lone negatives with the teacher too', async () => {
  const given = unmoved(batch(3, 1, 1));
  const moved = { ...given, texts: given.texts.map((row, t) => (t === 3 ? [0, 0, 1] : row)) };
  const { loss } = await objective(moved, { ...none, featureDistil: 1 });
  expect(loss).toBeCloseTo((2 - 2 * given.texts[3]![2]!) / 3, 6);
});

it('leaves a text that is true of the paraphrase’s picture out of its choices', async () => {
  const all = { ...none, paraphrases: 1 };
  const among = async (changes: Partial<Batch>) => (await objective(unmoved(level(4, 0, 0, changes)), all)).loss;
  const pairOfFour = (2 * Math.log(4) + 2 * Math.log(3)) / 4;
  expect(await among({ textGroups: [0, 1, 2, 1] })).toBeCloseTo(pairOfFour, 6);
  expect(await among({ imageGroups: [0, 1, 2, 1] })).toBeCloseTo(pairOfFour, 6);
  expect(await among({ alsoTrue: [[0, 1]] })).toBeCloseTo((3 * Math.log(4) + Math.log(3)) / 4, 6);
});

it('refuses distillation without a teacher, and a paraphrase that stands twice', async () => {
  await expect((async () => objective(batch(3), { ...none, distil: 1 }))()).rejects.toThrow(/teacher/);
  const twice = { ...unmoved(batch(3)), paraphraseRows: [0, 1, 1] };
  await expect((async () => objective(twice, { ...none, paraphrases: 1 }))()).rejects.toThrow(/at most once/);
});
