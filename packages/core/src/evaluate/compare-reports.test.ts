import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sugarCrepeFiles } from '../../test/fixtures/benchmark-files.ts';
import { randomEmbedder, writeTinyBenchmark } from '../../test/fixtures/tiny-benchmark.ts';
import { sugarCrepe } from './benchmark/sugar-crepe.ts';
import { compareReports } from './compare-reports.ts';
import type { TaskReport } from './task.ts';

/** Forty groups of one decision each; the first `right` of them are right. */
const report = (right: number, items = 'x'): TaskReport => {
  const sums = Array.from({ length: 40 }, (_, i) => Number(i < right));
  const outcomes = { items, scores: { 'all.choice': [{ sums, counts: sums.map(() => 1) }] } };
  return { task: 'made', scores: {}, chance: {}, ties: 0, failures: [], outcomes };
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compare-reports-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('compareReports', () => {
  it('finds no difference between a model and itself', () => {
    expect(compareReports(report(20), report(20))).toEqual({
      'all.choice': { first: 0.5, second: 0.5, difference: 0, interval: [0, 0], p: 1, n: 40 },
    });
  });

  it('takes the difference on the same items, second less first, with an interval that holds it', () => {
    const compared = compareReports(report(20), report(30))['all.choice']!;
    expect(compared).toMatchObject({ first: 0.5, second: 0.75, difference: 0.25 });
    // Paired, the difference has a standard deviation of √(0.25 · 0.75 / 40) = 0.068; unpaired it would be 0.105.
    expect(compared.interval[0]).toBeGreaterThan(0.25 - 0.17);
    expect(compared.interval[0]).toBeLessThan(0.25 - 0.1);
    expect(compared.interval[1]).toBeGreaterThan(0.25 + 0.1);
    expect(compared.interval[1]).toBeLessThan(0.25 + 0.17);
    expect(compareReports(report(30), report(20))['all.choice']!.difference).toBe(-0.25);
  });

  it('gives the p of the sign test: two heads or two tails of two flips is every other time', () => {
    expect(compareReports(report(20), report(22), { resamples: 4000 })['all.choice']!.p).toBeCloseTo(0.5, 1);
    expect(compareReports(report(20), report(25), { resamples: 4000 })['all.choice']!.p).toBeCloseTo(2 / 32, 1.5);
    expect(compareReports(report(0), report(40))['all.choice']!.p).toBe(1 / 1001);
  });

  it('weighs subsets as the figure does', () => {
    const weighted = (first: number, second: number, weights = [1, -1]): TaskReport => {
      const subset = (right: number, weight: number) => ({
        sums: Array.from({ length: 10 }, (_, i) => Number(i < right)),
        counts: Array.from({ length: 10 }, () => 1),
        weight,
      });
      const scores = { 'difference.recall@1': [subset(first, weights[0]!), subset(second, weights[1]!)] };
      return { ...report(0), outcomes: { items: 'x', scores } };
    };
    const compared = compareReports(weighted(8, 5), weighted(9, 9))['difference.recall@1']!;
    expect(compared.first).toBeCloseTo(0.3, 12);
    expect(compared.second).toBeCloseTo(0, 12);
    expect(compared.difference).toBeCloseTo(-0.3, 12);
    expect(compared.interval[0]).toBeLessThan(-0.3);
    expect(() => compareReports(weighted(1, 1), weighted(1, 1, [1, 1]))).toThrow('different items');
  });

  it('compares two models on a benchmark, with the values of their reports, also after JSON', async () => {
    const paths = await writeTinyBenchmark(folder, sugarCrepeFiles.files, sugarCrepeFiles.pictures);
    const first = await sugarCrepe(paths).run({ model: randomEmbedder(1) });
    const second = await sugarCrepe(paths).run({ model: randomEmbedder(2) });
    const compared = compareReports(first, JSON.parse(JSON.stringify(second)));
    expect(Object.keys(compared)).toEqual(Object.keys(first.scores));
    for (const [name, score] of Object.entries(compared)) {
      expect(score.first, name).toBeCloseTo(first.scores[name]!.value, 12);
      expect(score.second, name).toBeCloseTo(second.scores[name]!.value, 12);
      expect(score.n).toBe(first.scores[name]!.n);
    }
    const other = { ...second, files: { ...second.files, 'swap_obj.json': 'another' } };
    expect(() => compareReports(first, other)).toThrow('was read from different files');
    expect(() => compareReports(first, { ...second, tieRule: 'official' })).toThrow('different rules for ties');
  });

  it('refuses reports of other tasks or items, and reports without outcomes', () => {
    expect(() => compareReports(report(1), { ...report(1), task: 'other' })).toThrow('one is of made, the other of');
    expect(() => compareReports(report(1), report(1, 'y'))).toThrow('made was scored on different items');
    const { outcomes: _, ...bare } = report(1);
    expect(() => compareReports(report(1), bare)).toThrow('its report holds no outcomes');
  });
});
