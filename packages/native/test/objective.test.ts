import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NativeObjectiveConfig } from '../lib/objective-config.ts';
import type { NativeObjectiveResult } from '../lib/objective-input.ts';
import {
  type Batch,
  batch,
  everything,
  imageGradient,
  largestDifference,
  level,
  numbers,
  objective,
  plain,
  tangled,
  textGradient,
} from './objective-batch.ts';

describe('golden values', () => {
  const cases = JSON.parse(readFileSync(new URL('./golden/objective.json', import.meta.url), 'utf8')) as (Batch & {
    name: string;
    config: Omit<NativeObjectiveConfig, 'tile' | 'ownInContrastive'>;
    expected: NativeObjectiveResult;
  })[];

  it.each(cases)('of PyTorch hold: $name', async ({ expected, config, ...golden }) => {
    const scaled = (rows: number[][]) => rows.map((row) => row.map((value) => value / 256));
    const given = { ...golden, images: scaled(golden.images), texts: scaled(golden.texts) };
    for (const double of [true, false]) {
      const result = await objective(given, { ownInContrastive: true, ...config, tile: 4 }, double);
      const accuracy = double ? 1e-9 : 2e-4;
      expect(Math.abs(result.loss - expected.loss)).toBeLessThan(accuracy);
      expect(Object.keys(result.terms).sort()).toEqual(Object.keys(expected.terms).sort());
      for (const [name, value] of Object.entries(expected.terms)) {
        expect(Math.abs(result.terms[name]! - value)).toBeLessThan(accuracy);
      }
      expect(largestDifference(result.imageGradients, expected.imageGradients)).toBeLessThan(accuracy * 10);
      expect(largestDifference(result.textGradients, expected.textGradients)).toBeLessThan(accuracy * 10);
      expect(Math.abs(result.logitScaleGradient - expected.logitScaleGradient)).toBeLessThan(accuracy);
      expect(Math.abs(result.logitBiasGradient - expected.logitBiasGradient)).toBeLessThan(accuracy * 10);
    }
  });
});

describe('the contrastive term', () => {
  it('is ln N when all similarities are equal', async () => {
    for (const pairs of [2, 8, 65]) expect((await objective(level(pairs))).loss).toBeCloseTo(Math.log(pairs), 6);
  });

  it('is ½(ln(P + K) + ln(P + J)) then, with K lone texts and J lone images shared', async () => {
    expect((await objective(level(8, 0, 5))).loss).toBeCloseTo((Math.log(13) + Math.log(8)) / 2, 6);
    expect((await objective(level(8, 3, 5))).loss).toBeCloseTo((Math.log(13) + Math.log(11)) / 2, 6);
  });

  it('does not see lone negatives that are not shared', async () => {
    const alone = await objective(batch(6));
    const beside = await objective(batch(6, 3, 5), { ...plain, sharedNegatives: false });
    expect(beside.loss).toBe(alone.loss);
    expect(beside.textGradients.slice(0, 18)).toEqual(alone.textGradients);
    expect(textGradient(beside, 7)).toBe(0);
  });

  it('is ln(P − 1) then, when each row has one own negative that is left to the pairwise terms', async () => {
    const partners = numbers(8).map((row) => [row ^ 1]);
    const own = { ...level(8), ownTexts: partners, ownImages: partners };
    expect((await objective(own)).loss).toBeCloseTo(Math.log(8), 6);
    expect((await objective(own, { ...plain, ownInContrastive: false })).loss).toBeCloseTo(Math.log(7), 6);
  });

  it('has the same loss and gradients for any tile', async () => {
    const whole = await objective(tangled, everything);
    for (const tile of [1, 2, 3, 5, 7]) {
      const tiled = await objective(tangled, { ...everything, tile });
      expect(Math.abs(tiled.loss - whole.loss)).toBeLessThan(1e-12);
      expect(largestDifference(tiled.imageGradients, whole.imageGradients)).toBeLessThan(1e-12);
      expect(largestDifference(tiled.textGradients, whole.textGradients)).toBeLessThan(1e-12);
      expect(Math.abs(tiled.logitScaleGradient - whole.logitScaleGradient)).toBeLessThan(1e-12);
    }
  });

  it('does not depend on the order of the pairs', async () => {
    const order = [3, 0, 4, 1, 2];
    const where = (n: number) => (n < 5 ? order.indexOf(n) : n);
    const permute = <T>(rows: T[]) => [...order.map((from) => rows[from]!), ...rows.slice(5)];
    const permuted: Batch = {
      ...tangled,
      images: permute(tangled.images),
      texts: permute(tangled.texts),
      imageGroups: permute(tangled.imageGroups),
      textGroups: permute(tangled.textGroups),
      weights: permute(tangled.weights),
      ownTexts: permute(tangled.ownTexts).map((row) => row.map(where)),
      ownImages: permute(tangled.ownImages).map((row) => row.map(where)),
      alsoTrue: tangled.alsoTrue.map(([image, text]) => [where(image), where(text)]),
    };
    const [before, after] = [await objective(tangled, everything), await objective(permuted, everything)];
    expect(after.loss).toBeCloseTo(before.loss, 12);
  });

  it('counts equal texts, and equal pictures, not as negatives of each other', async () => {
    const oneGroup = numbers(8).map((n) => (n === 5 ? 2 : n));
    // Two of eight rows have one negative less, in both directions.
    const expected = (6 * Math.log(8) + 2 * Math.log(7)) / 8;
    expect((await objective(level(8, 0, 0, { textGroups: oneGroup }))).loss).toBeCloseTo(expected, 6);
    expect((await objective(level(8, 0, 0, { imageGroups: oneGroup }))).loss).toBeCloseTo(expected, 6);
  });

  it('masks a shared negative where it is true for another row, and only there', async () => {
    const textOfTwo = level(8, 0, 1, { textGroups: [...numbers(8), 2] });
    const listed = level(8, 0, 1, { alsoTrue: [[2, 8]] });
    const expected = ((7 * Math.log(9) + Math.log(8)) / 8 + Math.log(8)) / 2;
    expect((await objective(textOfTwo)).loss).toBeCloseTo(expected, 6);
    expect((await objective(listed)).loss).toBeCloseTo(expected, 6);
  });

  it('gives a column that every row masks neither weight nor gradient', async () => {
    const everyone = numbers(6).map((image): [number, number] => [image, 6]);
    const masked = await objective(batch(6, 0, 1, { alsoTrue: everyone }));
    expect(masked.loss).toBeCloseTo((await objective(batch(6))).loss, 12);
    expect(textGradient(masked, 6)).toBe(0);
  });

  it('is 0, with no gradient, for a batch of one', async () => {
    const result = await objective(batch(1), plain, false);
    expect(result.loss).toBe(0);
    expect(Math.max(...result.imageGradients, ...result.textGradients, result.logitScaleGradient)).toBe(0);
  });

  it('stays finite in float32 at a logit scale of 100, with every similarity at its worst', async () => {
    const wrong = batch(4, 0, 0, { logitScale: 100 });
    wrong.images = [
      [1, 0, 0],
      [1, 0, 0],
      [-1, 0, 0],
      [-1, 0, 0],
    ];
    wrong.texts = [
      [-1, 0, 0],
      [-1, 0, 0],
      [1, 0, 0],
      [1, 0, 0],
    ];
    for (const tile of [1, 2, 512]) {
      const result = await objective(wrong, { ...plain, tile }, false);
      expect(result.loss).toBeCloseTo(200 + Math.log(2), 3);
      expect([...result.imageGradients, ...result.textGradients].every(Number.isFinite)).toBe(true);
    }
  });

  it('normalises weights, so that doubling all of them changes nothing', async () => {
    const doubled = { ...tangled, weights: tangled.weights.map((weight) => weight * 2) };
    const [before, after] = [await objective(tangled, everything), await objective(doubled, everything)];
    expect(after.loss).toBeCloseTo(before.loss, 12);
    expect(largestDifference(before.imageGradients, after.imageGradients)).toBeLessThan(1e-12);
  });

  it('leaves a pair of weight 0 as a negative of the others only', async () => {
    const given = level(4, 0, 0, { weights: [1, 1, 1, 0] });
    given.texts[3] = [0, 1, 0];
    const loss = Math.log(3 + Math.exp(-10)); // the own direction of pair 3 is left out
    expect((await objective(given)).loss).toBeCloseTo((loss + Math.log(4)) / 2, 6);
  });
});

describe('own negatives', () => {
  const texts = { ...plain, contrastive: 0, ownTexts: 1 };
  const images = { ...plain, contrastive: 0, ownImages: 1 };

  it('make ln(1 + K) when all similarities are equal', async () => {
    const three = numbers(4).map(() => [4, 5, 6]);
    expect((await objective(level(4, 0, 3, { ownTexts: three }), texts)).loss).toBeCloseTo(Math.log(4), 6);
    expect((await objective(level(4, 3, 0, { ownImages: three }), images)).loss).toBeCloseTo(Math.log(4), 6);
  });

  it('are averaged over the rows that have any', async () => {
    const some = level(4, 0, 3, { ownTexts: [[4], [], [4, 5, 6], []] });
    const result = await objective(some, texts);
    expect(result.terms.ownTexts).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 6);
    const weighted = await objective({ ...some, weights: [3, 5, 1, 5] }, texts);
    expect(weighted.loss).toBeCloseTo((3 * Math.log(2) + Math.log(4)) / 4, 6);
  });

  it('are 0, with no gradient, where no row has any', async () => {
    for (const config of [texts, images]) {
      const result = await objective(batch(4, 2, 2), config);
      expect(result.loss).toBe(0);
      expect([...result.imageGradients, ...result.textGradients].every((value) => value === 0)).toBe(true);
    }
  });

  it('give a row without any neither loss nor gradient', async () => {
    const result = await objective(batch(4, 0, 1, { ownTexts: [[4], [], [], []] }), texts);
    expect([0, 1, 2, 3].map((row) => imageGradient(result, row) > 0)).toEqual([true, false, false, false]);
    expect([0, 1, 2, 3, 4].map((row) => textGradient(result, row) > 0)).toEqual([true, false, false, false, true]);
  });

  it("may be another pair's text or picture, which then gets the gradient", async () => {
    const crossed = batch(3, 0, 0, { ownTexts: [[1], [], []], ownImages: [[2], [], []] });
    expect(textGradient(await objective(crossed, texts), 1)).toBeGreaterThan(0);
    expect(imageGradient(await objective(crossed, images), 2)).toBeGreaterThan(0);
  });

  it('are left out where they are true for their row', async () => {
    const equal = level(3, 0, 2, { textGroups: [0, 1, 2, 0, 4], ownTexts: [[3, 4], [3], []] });
    expect((await objective(equal, texts)).loss).toBeCloseTo(Math.log(2), 6);
    const listed = level(3, 2, 0, { ownImages: [[3, 4], [], []], alsoTrue: [[3, 0]] });
    expect((await objective(listed, images)).loss).toBeCloseTo(Math.log(2), 6);
    const samePicture = level(3, 0, 0, { imageGroups: [0, 0, 2], ownTexts: [[1], [], []] });
    expect((await objective(samePicture, texts)).loss).toBe(0);
  });
});

describe('what cannot be', () => {
  it.each([
    ['more pairs than texts', { texts: [[1, 0, 0]] }, /texts must have at least 3 rows/],
    ['weights that are all 0', { weights: [0, 0, 0] }, /weights/],
    ['a negative weight', { weights: [1, -1, 1] }, /weights/],
    ['an own negative that is not there', { ownTexts: [[3], [], []] }, /ownTextIndex/],
    ['a true entry that is not there', { alsoTrue: [[0, 9]] }, /alsoTrue/],
    ['too few groups', { imageGroups: [0, 1] }, /imageGroups/],
  ] satisfies [string, Partial<Batch>, RegExp][])('is refused with a sentence: %s', async (_, changes, message) => {
    await expect((async () => objective(batch(3, 0, 0, changes as Partial<Batch>)))()).rejects.toThrow(message);
  });
});
