import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { auroc, brier, ratesAt, recallAtPrecision, reliability, wilsonInterval } from './metrics.ts';

function sample(seed: number, count = 300) {
  const random = new Random(seed);
  const right = Array.from({ length: count }, () => random.float() < 0.7);
  const scores = right.map((is) => (is ? 0.3 : 0) + Math.round(random.float() * 20) / 20);
  return { scores, right };
}

test('auroc is 1 for a perfect order, 0 for the reverse, 0.5 for equal scores', () => {
  expect(auroc([1, 2, 3, 4], [false, false, true, true])).toBe(1);
  expect(auroc([4, 3, 2, 1], [false, false, true, true])).toBe(0);
  expect(auroc([1, 1, 1, 1], [false, true, false, true])).toBe(0.5);
});

test('auroc is the share of right-wrong couples in the right order, ties half', () => {
  const { scores, right } = sample(1);
  let sum = 0;
  let couples = 0;
  for (const [i, a] of scores.entries()) {
    for (const [j, b] of scores.entries()) {
      if (!right[i] || right[j]) continue;
      couples++;
      sum += a > b ? 1 : a === b ? 0.5 : 0;
    }
  }
  expect(auroc(scores, right)).toBeCloseTo(sum / couples, 12);
});

test('auroc does not change under a rising transform, and turns over under a falling one', () => {
  const { scores, right } = sample(2);
  const value = auroc(scores, right);
  expect(
    auroc(
      scores.map((x) => Math.exp(3 * x)),
      right,
    ),
  ).toBe(value);
  expect(
    auroc(
      scores.map((x) => -x),
      right,
    ),
  ).toBeCloseTo(1 - value, 12);
});

test('recall at a precision is the best over all thresholds', () => {
  for (const seed of [3, 4, 5]) {
    const { scores, right } = sample(seed, 120);
    const best = Math.max(
      0,
      ...scores
        .map((threshold) => ratesAt(scores, right, threshold))
        .filter(({ precision }) => precision >= 0.85)
        .map(({ recall }) => recall),
    );
    expect(recallAtPrecision(scores, right, 0.85)).toBeCloseTo(best, 12);
  }
});

test('rates count at and above the threshold', () => {
  expect(ratesAt([0.2, 0.5, 0.9], [true, false, true], 0.5)).toEqual({ kept: 2, precision: 0.5, recall: 0.5 });
});

test('brier is 0 for certain truth and a quarter for a coin', () => {
  expect(brier([1, 0, 1], [true, false, true])).toBe(0);
  expect(brier([0.5, 0.5], [true, false])).toBe(0.25);
});

test('reliability bins hold every prediction once', () => {
  const { right } = sample(6);
  const random = new Random('p');
  const predicted = right.map(() => random.float());
  const bins = reliability([...predicted, 1], [...right, true]);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(predicted.length + 1);
  for (const { count, predicted: mean, from, to } of bins) {
    if (count === 0) continue;
    expect(mean).toBeGreaterThanOrEqual(from);
    expect(mean).toBeLessThanOrEqual(to);
  }
});

test("Wilson's interval agrees with its published example and holds the share", () => {
  // 95 % interval of 81 out of 263 (Newcombe 1998): 0.2553 to 0.3662.
  const [low, high] = wilsonInterval(81, 263);
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
  expect(wilsonInterval(0, 0)).toEqual([0, 1]);
});
