import { describe, expect, it } from 'vitest';
import { roundRange, ticks } from './ticks.ts';

describe('ticks', () => {
  it.each([
    [0, 1, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [0.13, 0.94, ['0.2', '0.4', '0.6', '0.8']],
    [-0.031, 0.058, ['−0.02', '0.00', '0.02', '0.04']],
    [0, 2000, ['0', '500', '1,000', '1,500', '2,000']],
    [3.1, 3.1004, ['3.1000', '3.1001', '3.1002', '3.1003', '3.1004']],
    [7, 12, ['7', '8', '9', '10', '11', '12']],
  ])('are round between %d and %d', (low, high, texts) => {
    expect(ticks(low, high).map(({ text }) => text)).toEqual(texts);
    for (const { at, text } of ticks(low, high)) expect(Number(text.replaceAll(',', '').replace('−', '-'))).toBe(at);
  });

  it('stand inside any range, a handful of them', () => {
    for (let k = 0; k < 400; k++) {
      const low = Math.sin(k) * 10 ** ((k % 13) - 6);
      const high = low + Math.abs(Math.cos(3 * k)) * 10 ** ((k % 11) - 5);
      const places = ticks(low, high).map(({ at }) => at);
      expect(places.length).toBeGreaterThanOrEqual(1);
      expect(places.length).toBeLessThanOrEqual(7);
      const slack = (high - low) * 1e-6;
      for (const at of places) expect(at >= low - slack && at <= high + slack).toBe(true);
    }
  });
});

it('roundRange ends on ticks and keeps a range that already does', () => {
  expect(roundRange(0.13, 0.94)).toEqual([0, 1]);
  expect(roundRange(0, 200)).toEqual([0, 200]);
});
