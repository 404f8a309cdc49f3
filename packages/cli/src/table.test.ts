import { expect, it } from 'vitest';
import { scoreCells, share, table } from './table.ts';

it('puts words to the left and figures to the right', () => {
  const lines = table(
    ['id', 'n', 'text'],
    [
      ['a', '5', 'red'],
      ['long', '1,000', 'blue'],
    ],
  );
  expect(lines).toEqual(['id        n  text', 'a         5  red', 'long  1,000  blue']);
});

it('says nothing of what was not measured', () => {
  expect([share(null), share(Number.NaN), share(0.5)]).toEqual(['–', '–', '0.500']);
});

it('shows a score with its interval and number', () => {
  expect(scoreCells({ value: 0.5, interval: [0.25, 0.75], n: 1200 })).toEqual(['0.500', '[0.250, 0.750]', '1,200']);
});
