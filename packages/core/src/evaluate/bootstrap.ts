import { Random } from '../random.ts';
import type { Score } from './task.ts';

/**
 * Mean of the items' values with its 95 % percentile bootstrap interval: items are drawn with replacement.
 * @param values One figure per item, usually 0 or 1.
 * @throws RangeError when there is no item: a score of nothing is never 0.
 */
export function bootstrap(values: ArrayLike<number>, { resamples = 1000, seed = 1 } = {}): Score {
  const n = values.length;
  if (n === 0) throw new RangeError('A score needs at least one item.');
  let total = 0;
  for (let i = 0; i < n; i++) total += values[i]!;
  const random = new Random('bootstrap', seed, n);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.below(n)]!;
    means[r] = sum / n;
  }
  means.sort();
  const at = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))]!;
  return { value: total / n, n, interval: [at(0.025), at(0.975)] };
}
