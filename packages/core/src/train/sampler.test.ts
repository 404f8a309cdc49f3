import { expect, test } from 'vitest';
import type { PairSet } from '../pair.ts';
import { Random } from '../random.ts';
import { tinyPairs } from '../testing/tiny-pairs.ts';
import { type Draw, Sampler } from './sampler.ts';

const set = tinyPairs({ count: 10 });
const uncategorised: PairSet = { ...tinyPairs({ count: 6, negatives: 'none' }), name: 'other' };
const even = () => 1;

function draw(
  sampler: Sampler,
  steps: readonly number[],
  perStep = 4,
  weight: (c: string | null) => number = even,
): Draw[] {
  return steps.flatMap((step) => {
    const random = new Random(3, 'draw', step);
    return Array.from({ length: perStep }, () => sampler.draw(random, weight));
  });
}

test('every pair comes once before any comes again, in another order each epoch', () => {
  const sampler = new Sampler({ sets: [{ set, share: 1 }], seed: 1, byCategory: false });
  const [first, second] = [draw(sampler, [0], 10), draw(sampler, [1], 10)].map((draws) =>
    draws.map(({ index }) => index),
  );
  expect(first!.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(second!.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(first).not.toEqual(second);
});

test.each([true, false])(
  'going on from saved cursors gives the order of a run that was not stopped (byCategory %s)',
  (byCategory) => {
    const sets = [
      { set, share: 2 },
      { set: uncategorised, share: 1 },
    ];
    const steps = Array.from({ length: 12 }, (_, step) => step);
    const whole = draw(new Sampler({ sets, seed: 1, byCategory }), steps);
    for (const stop of [1, 5, 11]) {
      const before = new Sampler({ sets, seed: 1, byCategory });
      const head = draw(before, steps.slice(0, stop));
      const after = new Sampler({ sets, seed: 1, byCategory, cursors: before.cursors });
      expect([...head, ...draw(after, steps.slice(stop))]).toEqual(whole);
    }
  },
);

test('sets are drawn by their shares, categories by their weights', () => {
  const sets = [
    { set, share: 3 },
    { set: uncategorised, share: 1 },
  ];
  const sampler = new Sampler({ sets, seed: 1, byCategory: true });
  const draws = draw(sampler, [0], 4000, (category) => (category === 'colour' ? 4 : 1));
  const first = draws.filter((d) => d.set === 0);
  expect(first.length / draws.length).toBeCloseTo(0.75, 1);
  expect(first.filter(({ index }) => index % 2 === 0).length / first.length).toBeCloseTo(0.8, 1);
});

test('another seed gives another order', () => {
  const order = (seed: number) => draw(new Sampler({ sets: [{ set, share: 1 }], seed, byCategory: false }), [0], 10);
  expect(order(1)).not.toEqual(order(2));
});

test('an empty set is refused by name', () => {
  const empty = { ...set, length: 0, name: 'nothing' };
  expect(() => new Sampler({ sets: [{ set: empty, share: 1 }], seed: 1, byCategory: true })).toThrow(
    'nothing is empty',
  );
});
