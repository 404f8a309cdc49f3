/** What is kept at a threshold, measured against the truth. */
export interface Rates {
  readonly kept: number;
  /** Right among kept; NaN where nothing is kept. */
  readonly precision: number;
  /** Kept among right; NaN where nothing is right. */
  readonly recall: number;
}

/** One bin of a reliability diagram: equal-width bins of the predicted probability. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean predicted probability in the bin; NaN where it is empty. */
  readonly predicted: number;
  /** Share of right pairs in the bin; NaN where it is empty. */
  readonly observed: number;
}

/**
 * Probability that a right pair scores higher than a wrong one, ties counting half (Mann–Whitney). 0.5 is chance.
 * NaN unless both kinds are there.
 */
export function auroc(scores: ArrayLike<number>, right: ArrayLike<boolean>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    const middleRank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (!right[order[i]!]) continue;
      positives++;
      rankSum += middleRank;
    }
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

/** Rates of keeping every pair whose score is at or above the threshold. */
export function ratesAt(scores: ArrayLike<number>, right: ArrayLike<boolean>, threshold: number): Rates {
  let kept = 0;
  let keptRight = 0;
  let allRight = 0;
  for (let i = 0; i < scores.length; i++) {
    if (right[i]) allRight++;
    if (scores[i]! < threshold) continue;
    kept++;
    if (right[i]) keptRight++;
  }
  return { kept, precision: keptRight / kept, recall: keptRight / allRight };
}

/** Largest recall of any threshold whose precision reaches `precision`; 0 where none does. */
export function recallAtPrecision(scores: ArrayLike<number>, right: ArrayLike<boolean>, precision: number): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let found = 0;
  let best = 0;
  for (const [rank, i] of order.entries()) {
    if (right[i]) found++;
    const next = order[rank + 1];
    const endsTie = next === undefined || scores[next] !== scores[i];
    if (endsTie && found / (rank + 1) >= precision) best = found;
  }
  return found === 0 ? 0 : best / found;
}

/** Mean squared error of the probabilities: 0 is perfect, 0.25 what a constant 0.5 gets. */
export function brier(probabilities: ArrayLike<number>, right: ArrayLike<boolean>): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) sum += (probabilities[i]! - (right[i] ? 1 : 0)) ** 2;
  return sum / probabilities.length;
}

/** Predicted against observed, in `bins` bins of equal width. */
export function reliability(
  probabilities: ArrayLike<number>,
  right: ArrayLike<boolean>,
  bins = 10,
): readonly ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, predicted: 0, observed: 0 }));
  for (let i = 0; i < probabilities.length; i++) {
    const bin = sums[Math.min(bins - 1, Math.floor(probabilities[i]! * bins))]!;
    bin.count++;
    bin.predicted += probabilities[i]!;
    bin.observed += right[i] ? 1 : 0;
  }
  return sums.map(({ count, predicted, observed }, bin) => ({
    from: bin / bins,
    to: (bin + 1) / bins,
    count,
    predicted: predicted / count,
    observed: observed / count,
  }));
}

/** Wilson's interval for a share, at z standard errors (1.96: 95 %). [0, 1] where there is nothing to count. */
export function wilsonInterval(successes: number, count: number, z = 1.96): readonly [number, number] {
  if (count === 0) return [0, 1];
  const share = successes / count;
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half = (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
