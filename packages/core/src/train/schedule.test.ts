import { expect, test } from 'vitest';
import { learningRate, rampAt } from './schedule.ts';
import { resolveSettings, type TrainSettings } from './settings.ts';

const rates = (schedule: TrainSettings['schedule'], steps = 100) => {
  const settings = resolveSettings({ steps, ...(schedule && { schedule }), optimizer: { learningRate: 1 } });
  return Array.from({ length: steps }, (_, step) => learningRate(step, settings));
};

test('one-cycle rises from a 25th to the peak and falls to almost nothing', () => {
  const all = rates({ kind: 'one-cycle', warmup: 0.3 });
  expect(all[0]).toBeCloseTo(1 / 25, 12);
  expect(all[30]).toBe(1);
  expect(all[99]).toBeCloseTo(1 / 250_000, 12);
  expect(all[15]).toBeCloseTo((1 + 1 / 25) / 2, 12);
});

test('cosine rises in a line and falls towards 0', () => {
  const all = rates({ kind: 'cosine', warmup: 0.1 });
  expect(all.slice(0, 3)).toEqual([0.1, 0.2, 0.3]);
  expect(all[10]).toBe(1);
  expect(all[55]).toBeCloseTo(0.5, 12);
  expect(all[99]).toBeGreaterThan(0);
});

test('constant stays at the peak', () => {
  expect(rates({ kind: 'constant', warmup: 0 })).toEqual(new Array(100).fill(1));
});

test.each(['one-cycle', 'cosine', 'constant'] as const)('%s is finite and positive for a single step', (kind) => {
  for (const warmup of [0, 0.5, 1]) {
    const [only] = rates({ kind, warmup }, 1);
    expect(only).toBeGreaterThan(0);
    expect(only).toBeLessThanOrEqual(1);
  }
});

test('a ramp goes in a line to its end, and stays there', () => {
  const ramp = { from: -1, to: 2, until: 0.5 };
  expect([0, 25, 50, 99].map((step) => rampAt(step, ramp, 100))).toEqual([-1, 0.5, 2, 2]);
});
