import { describe, expect, it } from 'vitest';
import {
  type Batch,
  batch,
  everything,
  largestDifference,
  level,
  numbers,
  objective,
  plain,
  tangled,
} from './objective-batch.ts';

describe('the sigmoid term', () => {
  const sigmoid = { ...plain, contrastive: 0, sigmoid: 1 };
  const softplus = (x: number) => Math.log1p(Math.exp(x));
  /** Pictures and texts at right angles, so that every cosine is 0. */
  const crossed = (pairs: number, loneImages = 0, loneTexts = 0, changes: Partial<Batch> = {}) => {
    const made = level(pairs, loneImages, loneTexts, { logitBias: -10, ...changes });
    return { ...made, texts: made.texts.map(() => [0, 1, 0]) };
  };

  it('is softplus(−b) + (P − 1 + K + J)·softplus(b) when all cosines are 0', async () => {
    for (const pairs of [1, 8, 65]) {
      const expected = softplus(10) + (pairs - 1) * softplus(-10);
      expect((await objective(crossed(pairs), sigmoid)).loss).toBeCloseTo(expected, 6);
    }
    const lone = await objective(crossed(8, 3, 5, { logitBias: -1 }), sigmoid);
    expect(lone.loss).toBeCloseTo(softplus(1) + (7 + 3 + 5) * softplus(-1), 6);
    expect((await objective(crossed(8, 0, 0, { logitBias: 0 }), sigmoid)).loss).toBeCloseTo(8 * Math.log(2), 6);
  });

  it('sees neither lone negatives that are not shared nor own ones that are left to the pairwise terms', async () => {
    const unshared = await objective(crossed(8, 3, 5, { logitBias: -1 }), { ...sigmoid, sharedNegatives: false });
    expect(unshared.loss).toBeCloseTo(softplus(1) + 7 * softplus(-1), 6);
    const own = numbers(8).map((row) => [row ^ 1]);
    const left = { ...sigmoid, ownInContrastive: false };
    const result = await objective(crossed(8, 0, 0, { logitBias: -1, ownTexts: own, ownImages: own }), left);
    expect(result.loss).toBeCloseTo(softplus(1) + 6 * softplus(-1), 6);
  });

  it('leaves equal texts, equal pictures and listed entries out, as no negatives and no second positives', async () => {
    const oneGroup = numbers(8).map((n) => (n === 5 ? 2 : n));
    const expected = softplus(1) + (7 - 2 / 8) * softplus(-1);
    for (const changes of [{ textGroups: oneGroup }, { imageGroups: oneGroup }]) {
      expect((await objective(crossed(8, 0, 0, { logitBias: -1, ...changes }), sigmoid)).loss).toBeCloseTo(expected, 6);
    }
    const listed = await objective(crossed(8, 0, 1, { logitBias: -1, alsoTrue: [[2, 8]] }), sigmoid);
    expect(listed.loss).toBeCloseTo(softplus(1) + (8 - 1 / 8) * softplus(-1), 6);
  });

  it('has the same loss and gradients for any tile, beside every other term', async () => {
    const all = { ...everything, sigmoid: 0.7 };
    const given = { ...tangled, logitBias: -3 };
    const whole = await objective(given, all);
    for (const tile of [1, 2, 3, 5, 7]) {
      const tiled = await objective(given, { ...all, tile });
      expect(Math.abs(tiled.loss - whole.loss)).toBeLessThan(1e-12);
      expect(largestDifference(tiled.imageGradients, whole.imageGradients)).toBeLessThan(1e-12);
      expect(largestDifference(tiled.textGradients, whole.textGradients)).toBeLessThan(1e-12);
      expect(Math.abs(tiled.logitScaleGradient - whole.logitScaleGradient)).toBeLessThan(1e-12);
      expect(Math.abs(tiled.logitBiasGradient - whole.logitBiasGradient)).toBeLessThan(1e-12);
    }
  });

  it('stays finite in float32 at a logit scale of 100, and its gradient reaches what is far off', async () => {
    const wrong = { ...crossed(2, 0, 0, { logitScale: 100 }), texts: numbers(2).map(() => [-1, 0, 0]) };
    const result = await objective(wrong, sigmoid, false);
    expect(result.loss).toBeCloseTo(110, 3);
    expect(result.logitBiasGradient).toBeCloseTo(-1, 5);
  });

  it('is refused without a logit bias, with what to do', async () => {
    await expect(objective(batch(3), sigmoid)).rejects.toThrow(/logit bias.*contrastive/);
  });
});
