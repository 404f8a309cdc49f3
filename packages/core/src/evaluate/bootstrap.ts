import { Random } from '../random.ts';
import type { Score } from './task.ts';

/** What is drawn as one: the sum of its values, and how many there are. */
export interface Unit {
  readonly sum: number;
  readonly count: number;
}

/**
 * Mean of the items' values with its 95 % percentile bootstrap interval: items are drawn with replacement.
 * @param values One figure per item, usually 0 or 1.
 * @throws RangeError when there is no item: a score of nothing is never 0.
 */
export function bootstrap(values: ArrayLike<number>, options: { resamples?: number; seed?: number } = {}): Score {
  return bootstrapSubsets([Array.from(values, (sum) => ({ sum, count: 1 }))], options);
}

/**
 * Mean of the subsets' means with its 95 % percentile bootstrap interval: units are drawn with replacement within each subset.
 * @param weights Of the subsets: the figure is the weighted sum of their means. @default the unweighted mean
 * @throws RangeError when a subset has no unit, or there is no subset.
 */
export function bootstrapSubsets(
  subsets: readonly (readonly Unit[])[],
  { resamples = 1000, seed = 1, weights }: { resamples?: number; seed?: number; weights?: readonly number[] } = {},
): Score {
  if (subsets.length === 0 || subsets.some((units) => units.length === 0)) {
    throw new RangeError('A score needs at least one item.');
  }
  const columns = subsets.map((units) => ({
    sums: Float64Array.from(units, ({ sum }) => sum),
    counts: Float64Array.from(units, ({ count }) => count),
  }));
  // Ones and one division, so that means of zeros and ones are exact.
  const scale = weights ? 1 : subsets.length;
  const by = weights ?? subsets.map(() => 1);
  const n = columns.reduce((total, { counts }) => total + add(counts), 0);
  const random = new Random('bootstrap', seed, n);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let total = 0;
    for (const [s, { sums, counts }] of columns.entries()) {
      let sum = 0;
      let count = 0;
      for (let i = 0; i < sums.length; i++) {
        const drawn = random.below(sums.length);
        sum += sums[drawn]!;
        count += counts[drawn]!;
      }
      total += (by[s]! * sum) / count;
    }
    means[r] = total / scale;
  }
  means.sort();
  const at = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))]!;
  const value = columns.reduce((total, { sums, counts }, s) => total + (by[s]! * add(sums)) / add(counts), 0) / scale;
  return { value, n, interval: [at(0.025), at(0.975)] };
}

function add(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
