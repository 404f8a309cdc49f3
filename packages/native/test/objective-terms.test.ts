import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { NativeObjectiveConfig } from '../lib/objective-config.ts';
import type { NativeObjectiveResult } from '../lib/objective-input.ts';
import { type Batch, largestDifference, level, numbers, objective, plain } from './objective-batch.ts';

const none: NativeObjectiveConfig = { ...plain, contrastive: 0 };
const cases = JSON.parse(readFileSync(new URL('./golden/objective-terms.json', import.meta.url), 'utf8')) as (Batch & {
  name: string;
  config: Partial<NativeObjectiveConfig>;
  expected: NativeObjectiveResult;
})[];

it.each(cases)('holds what PyTorch makes of the formula: $name', async ({ expected, config, ...golden }) => {
  const scaled = (rows: number[][]) => rows.map((row) => row.map((value) => value / 256));
  const batch = { ...golden, images: scaled(golden.images), texts: scaled(golden.texts) };
  const result = await objective(batch, { ...none, ...config });
  expect(Math.abs(result.loss - expected.loss)).toBeLessThan(1e-9);
  expect(Object.keys(result.terms).sort()).toEqual(Object.keys(expected.terms).sort());
  expect(largestDifference(result.imageGradients, expected.imageGradients)).toBeLessThan(1e-8);
  expect(largestDifference(result.textGradients, expected.textGradients)).toBeLessThan(1e-8);
  expect(Math.abs(result.logitScaleGradient - expected.logitScaleGradient)).toBeLessThan(1e-8);
});

const lone = (perPair: number) => numbers(7).map((row) => numbers(perPair).map((k) => 7 + row * perPair + k));
const lossOf = async (config: Partial<NativeObjectiveConfig>, perPair = 0) =>
  (await objective(level(7, 0, 7 * perPair, { ownTexts: lone(perPair), logitScale: 14.3 }), { ...none, ...config }))
    .loss;

it.each<[string, number, Partial<NativeObjectiveConfig>, number]>([
  ['FSC-CLIP with 3 negatives', 0.779791, { ownTexts: 1, focal: 2, labelSmoothing: 0.02 }, 3],
  ['text contrast with 4 negatives', Math.log(5), { textContrast: 1 }, 4],
  ['an adaptive rank', 0, { rankTexts: 1, margin: null }, 4],
  ['Structure-CLIP', 0.4 + 0.5, { hardest: 1, hardestMargin: 0.2, rankTexts: 5, margin: 0.1 }, 1],
  ['soft targets', 0, { softTargets: 1 }, 0],
  [
    'half soft targets',
    Math.log(7) + (4 / 7) * Math.log(4 / 7) + (3 / 7) * Math.log(1 / 14),
    { softTargets: 1, softShare: 0.5 },
    0,
  ],
  ['soft relations', 0, { softRelations: 1 }, 0],
  ['softened contrast', Math.log(7), { softened: 1, softenedShare: 0.2 }, 0],
  ['complementary contrast', -12 * Math.log(6 / 7), { complementary: 1 }, 0],
])('%s has its known value when all similarities are equal', async (_, expected, config, perPair) => {
  expect(await lossOf(config, perPair)).toBeCloseTo(expected, 5);
});

it('counts a row without negatives in no term, and masks what is true', async () => {
  const config = { ...none, rankTexts: 1, textContrast: 1, ownTexts: 1, focal: 2, labelSmoothing: 0.1 };
  const one = level(3, 0, 1, { ownTexts: [[3], [], []] });
  const alone = await objective(one, config);
  expect(alone.loss).toBeCloseTo(0.2 + Math.log(2) + 0.25 * Math.log(2), 6);
  const masked = await objective({ ...one, alsoTrue: [[0, 3]] }, config);
  expect(masked.loss).toBe(0);
});

it('stays finite in a batch of one, and where everything else is true', async () => {
  const all = { ...none, hardest: 1, softTargets: 1, softRelations: 1, softened: 1, complementary: 1 };
  for (const batch of [level(1), level(3, 0, 0, { textGroups: [0, 0, 0] })]) {
    const result = await objective(batch, all, false);
    expect(result.loss).toBeCloseTo(0, 6);
    expect([...result.imageGradients, ...result.textGradients].every(Number.isFinite)).toBe(true);
  }
});
