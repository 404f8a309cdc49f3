import { expect, test } from 'vitest';
import { posteriors } from './posteriors.ts';

const found = { id: 'p', mean: 2, best: [['right', 1000] as const, ['other', 50] as const] };

test('a text that was picked out of many needs more than one that came with the picture', () => {
  const few = posteriors({ ...found, mean: 105 }, 10)[0]!.probability;
  const many = posteriors(found, 1000)[0]!.probability;
  // ½·1000/10 / (½ + ½·105) and ½·1000/1000 / (½ + ½·2)
  expect(few).toBeCloseTo(50 / 53, 6);
  expect(many).toBeCloseTo(1 / 3, 6);
});

test('probabilities of one picture never sum to more than one', () => {
  const even = { id: 'p', mean: 100, best: Array.from({ length: 10 }, (_, i) => [`text ${i}`, 100] as const) };
  const sum = posteriors(even, 10).reduce((all, { probability }) => all + probability, 0);
  expect(sum).toBeLessThan(1);
});
