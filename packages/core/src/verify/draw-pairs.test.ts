import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { drawExamples, drawForLabels } from './draw-pairs.ts';
import { binomialAtMost, guaranteedThreshold } from './guarantee.ts';

const scoresOf = (count: number, seed = 0) => {
  const random = new Random('scores', seed);
  return Float64Array.from({ length: count }, () => random.float());
};

describe('drawForLabels', () => {
  it('draws every pair equally often, also where the pairs do not fill the bands', () => {
    const [total, count, draws] = [30, 8, 4000];
    const scores = scoresOf(total);
    for (const given of [scores, null]) {
      const times = new Array<number>(total).fill(0);
      for (let seed = 0; seed < draws; seed++) for (const i of drawForLabels(given, total, count, seed)) times[i]! += 1;
      const expected = (draws * count) / total;
      // Five standard deviations of a binomial count.
      for (const each of times) expect(Math.abs(each - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  it('draws one pair from each band of scores, in random order', () => {
    const scores = scoresOf(1000);
    const ranks = new Map([...scores.keys()].sort((a, b) => scores[a]! - scores[b]!).map((i, rank) => [i, rank]));
    const drawn = drawForLabels(scores, 1000, 200, 1).map((i) => Math.floor(ranks.get(i)! / 5));
    expect(new Set(drawn).size).toBe(200);
    const half = new Set(drawn.slice(0, 100).map((band) => Math.floor(band / 20)));
    expect(half.size).toBe(10);
    expect(drawForLabels(scores, 1000, 200, 1)).toEqual(drawForLabels(scores, 1000, 200, 1));
    expect(drawForLabels(scores, 1000, 200, 2)).not.toEqual(drawForLabels(scores, 1000, 200, 1));
  });

  it('draws all where there are no more, and none of none', () => {
    expect(drawForLabels(scoresOf(5), 5, 200, 0).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(drawForLabels(null, 0, 10, 0)).toEqual([]);
  });

  it('keeps the guarantee: kept pairs miss the precision no more often than was promised', () => {
    const total = 2000;
    const scores = scoresOf(total);
    const random = new Random('truth');
    const right = Array.from(scores, (score) => random.float() < 0.55 + 0.45 * score);
    const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
    const precisionAt = (score: number) => {
      const kept = order.filter((i) => scores[i]! >= score);
      return kept.filter((i) => right[i]).length / kept.length;
    };
    const [draws, miss] = [300, 0.2];
    let misses = 0;
    for (let seed = 0; seed < draws; seed++) {
      const labels = new Map(drawForLabels(scores, total, 250, seed).map((i) => [i, right[i]!]));
      const found = guaranteedThreshold({ scores, labels, precision: 0.85, miss, start: 0.4 });
      if (found && precisionAt(found.score) < 0.85) misses++;
    }
    // So many misses or more would happen by chance once in a hundred times at the promised share.
    expect(1 - binomialAtMost(misses - 1, draws, miss)).toBeGreaterThan(0.01);
    expect(misses).toBeGreaterThan(0);
  });
});

describe('drawExamples', () => {
  it('gives pairs near any threshold, best first, none twice', () => {
    // Nine of ten pairs at the very top.
    const random = new Random('skewed');
    const probabilities = Float64Array.from({ length: 5000 }, (_, i) =>
      i % 10 ? 1 - random.float() / 50 : random.float(),
    );
    const drawn = drawExamples(probabilities, 160);
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn.length).toBeLessThanOrEqual(160);
    const values = drawn.map((i) => probabilities[i]!);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    for (let threshold = 0.05; threshold < 1; threshold += 0.05) {
      expect(Math.min(...values.map((value) => Math.abs(value - threshold)))).toBeLessThan(0.03);
    }
    expect(drawExamples(probabilities, 160)).toEqual(drawn);
    expect(drawExamples(probabilities.subarray(0, 7), 160)).toHaveLength(7);
    expect(drawExamples([], 160)).toEqual([]);
  });
});
