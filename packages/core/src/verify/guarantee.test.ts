import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { binomialAtMost, finiteChance, guaranteedThreshold, hypergeometricAtMost } from './guarantee.ts';
import { ratesAt } from './metrics.ts';

test('the binomial tail', () => {
  expect(binomialAtMost(0, 60, 0.05)).toBeCloseTo(0.95 ** 60, 12);
  expect(binomialAtMost(2, 5, 0.5)).toBeCloseTo(0.5, 12);
  expect(binomialAtMost(5, 5, 0.3)).toBeCloseTo(1, 12);
});

test('the hypergeometric tail', () => {
  // 3 of 10 marked, 4 drawn: none with 7·6·5·4 of 10·9·8·7 draws, one with 3 · 7·6·5 / 6 of 210 subsets.
  expect(hypergeometricAtMost(0, 4, 3, 10)).toBeCloseTo(840 / 5040, 12);
  expect(hypergeometricAtMost(1, 4, 3, 10)).toBeCloseTo((35 + 105) / 210, 12);
  expect(hypergeometricAtMost(1, 9, 3, 10)).toBe(0);
  expect(hypergeometricAtMost(3, 9, 3, 10)).toBeCloseTo(1, 12);
  // Who knows all pairs errs never; a small part of many tells what a binomial draw tells.
  expect(finiteChance(1, 20, 20, 0.95)).toBe(0);
  expect(finiteChance(2, 100, 1_000_000, 0.95)).toBeCloseTo(binomialAtMost(2, 100, 0.05), 4);
});

test('misses its target no more often than promised, and keeps more with more labels', () => {
  const random = new Random('guarantee');
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
  const right = Array.from({ length: 3000 }, () => random.float() < 0.7);
  const scores = right.map((is) => normal() + (is ? 2 : 0));
  const recall = [100, 200, 800].map((count) => {
    let misses = 0;
    let sum = 0;
    for (let draw = 0; draw < 300; draw++) {
      const labels = new Map<number, boolean>();
      while (labels.size < count) {
        const i = random.below(right.length);
        labels.set(i, right[i]!);
      }
      const found = guaranteedThreshold({ scores, labels, precision: 0.9, miss: 0.2, start: 0.4 });
      const rates = found && ratesAt(scores, right, found.score);
      if (rates && rates.precision < 0.9) misses++;
      sum += rates?.recall ?? 0;
    }
    // 60 of 300 are allowed; 77 is what chance adds once in a hundred times.
    expect(misses).toBeLessThan(77);
    return sum / 300;
  });
  expect(recall[1]).toBeGreaterThan(recall[0]!);
  expect(recall[2]).toBeGreaterThan(recall[1]!);
  expect(recall[2]).toBeGreaterThan(0.75);
});

test('too few labels prove nothing', () => {
  const scores = Array.from({ length: 100 }, (_, i) => i);
  const labels = new Map([...scores.keys()].slice(-20).map((i) => [i, true] as const));
  expect(guaranteedThreshold({ scores, labels, precision: 0.95, miss: 0.2, start: 0.4 })).toBeNull();
});
