import { describe, expect, it } from 'vitest';
import type { DataFigures } from './noisy-data.ts';
import { recovered, renderRecovery } from './render-recovery.ts';
import type { Result } from './results.ts';

const data = (pairs: number, right: number, preparation: DataFigures['preparation'] = null): DataFigures => ({
  records: 100,
  pairs,
  right,
  recall: 0.8,
  withNegatives: 0.9,
  preparation,
});
const result = (row: string, seed: number, mean: number, recallAt1: number, own: DataFigures): Result => ({
  row,
  objective: 'anagram',
  structure: 'off',
  optimizer: 'muon',
  seed,
  steps: 9,
  imagesSeen: 576,
  mean,
  categories: {},
  recallAt1,
  data: own,
  command: 'npm run proof',
  commit: 'abc',
});

describe('recovered', () => {
  it('is the share of the gap that preparation closes', () => {
    expect(recovered([0.4, 0.4], [0.55, 0.61], [0.6, 0.6])).toBeCloseTo(0.9, 12);
    expect(recovered([0.4, 0.4], [0.7, 0.7], [0.6, 0.6])).toBeCloseTo(1.5, 12);
    expect(recovered([0.4, 0.4], [0.3, 0.3], [0.6, 0.6])).toBeCloseTo(-0.5, 12);
  });

  it('is stated only where the gap exceeds two deviations of the row that varies more', () => {
    const steady = [0.4, 0.4];
    const varying = [0.55, 0.65]; // deviation 0.0707
    expect(recovered(steady, steady, varying)).toBeCloseTo(0, 12);
    expect(recovered(steady, steady, [0.49, 0.59])).toBe('the gap is within two deviations');
    expect(recovered(varying, steady, [0.7, 0.7])).toBe('the gap is within two deviations');
    expect(recovered([0.6, 0.6], steady, [0.5, 0.5])).toBe('the gap is within two deviations');
  });

  it('is not stated for one seed, which has no deviation', () => {
    expect(recovered([0.4], [0.5], [0.6])).toBe('one seed has no deviation');
  });
});

describe('renderRecovery', () => {
  const judged = data(50, 0.95, { threshold: 0.8, auroc: 0.97, routes: {} });
  const all = [1, 2].flatMap((seed) => [
    result('noisy-raw', seed, 0.4, 0.5, data(80, 0.7)),
    result('noisy-prepared', seed, 0.58, 0.52, judged),
    result('noisy-clean', seed, 0.6, 0.5, data(100, 1)),
  ]);

  it('shows each figure with its gap and share, and what the rows were trained on', () => {
    const lines = renderRecovery(all).split('\n');
    expect(lines[0]).toBe(
      '| unranked, noisy corpus, 9 steps, seeds 1, 2 | noisy | prepared | clean | gap | recovered |',
    );
    expect(lines[2]).toBe('| mean group | 0.400 ± 0.000 | 0.580 ± 0.000 | 0.600 ± 0.000 | 0.200 | 0.90 |');
    expect(lines[3]).toMatch(/\| R@1 .* \| 0\.000 \| the gap is within two deviations \|$/);
    expect(lines.at(-1)).toContain('noisy: 80 pairs of 100 records, 0.700 of them right');
    expect(lines.at(-1)).toContain(
      'prepared: 50 pairs of 100 records, 0.950 of them right, 0.90 with a negative, recall of right pairs 0.80, AUROC 0.970',
    );
  });

  it('says what a flawless filter would reach, where that row was run', () => {
    const right = result('noisy-right', 1, 0.59, 0.51, data(56, 1));
    expect(renderRecovery([...all, right])).toContain(
      "keep the corpus' 56 right pairs alone; trained on them: mean group 0.590, R@1 0.510 (seeds 1).",
    );
    expect(renderRecovery(all)).not.toContain('flawless');
  });

  it('says what restored pairs add, a line for each kind of stand-ins that was run', () => {
    const restored = (seed: number, row = 'noisy-restored') => result(row, seed, 0.6, 0.5, data(90, 0.93));
    const lines = renderRecovery([...all, restored(2), restored(1), restored(1, 'noisy-restored-right')]).split('\n\n');
    expect(lines[1]).toContain(
      'stand-in models (seeds 1, 2): mean group 0.600 ± 0.000 (1.00 of the gap), R@1 0.500 ± 0.000 (the gap is within two deviations). Trained on: 90 pairs',
    );
    expect(lines[2]).toContain('never err (seeds 1): mean group 0.600 (1.00 of the gap)');
    expect(renderRecovery(all)).not.toContain('stand-in');
  });

  it('keeps recipes apart, and has R@1 of five where all rows have it', () => {
    const preset = all.map((one) => ({ ...one, row: `anagram-${one.row}`, recallAt1Of5: one.mean / 2 }));
    const text = renderRecovery([...all, ...preset]);
    expect(text.endsWith(renderRecovery(all))).toBe(true);
    expect(text.split('\n')[0]).toContain('| Anagram, noisy corpus, 9 steps, seeds 1, 2 |');
    expect(text.match(/R@1 of five/g)).toHaveLength(1);
    expect(text).toContain('| R@1 of five | 0.200 ± 0.000 | 0.290 ± 0.000 | 0.300 ± 0.000 | 0.100 | 0.90 |');
  });

  it('compares the seeds that all three rows have', () => {
    const more = [...all, result('noisy-raw', 3, 0.1, 0.1, data(80, 0.7))];
    expect(renderRecovery(more)).toBe(renderRecovery(all));
    expect(renderRecovery(all.filter(({ row }) => row !== 'noisy-clean'))).toBe('');
  });
});
