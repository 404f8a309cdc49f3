/** Steps of the sequence of tests, in shares of the corpus. */
const step = 0.02;

export interface Guarantee {
  /** Score of the least pair that is kept. */
  readonly score: number;
  /** Labelled pairs that are kept, and the right ones among them. */
  readonly labels: number;
  readonly right: number;
}

/**
 * The loosest threshold that labelled pairs prove: learn then test (Angelopoulos et al. 2021, arXiv 2110.01052) by a fixed sequence of
 * exact binomial tests, from a strict threshold to looser ones, that stops at the first one that could miss the target by chance. Over the
 * draw of the labels, the precision of what is kept misses the target with a probability of at most `miss`, at any number of labels.
 * Holds where the labelled pairs were drawn at random from the corpus, and the scores do not depend on the labels.
 * @param scores Of all pairs of the corpus. @param labels Truth of some of them, by number.
 * @param start Share of the corpus that the first threshold keeps; must not depend on the labels' truth.
 * @param finite The labelled pairs are a simple random sample of these very pairs, without replacement, and the precision is promised
 *   of these pairs alone: the tests are hypergeometric, which prove more where much of the corpus is labelled. @default false
 * @returns Null where not even the first threshold can be proved.
 */
export function guaranteedThreshold(options: {
  scores: ArrayLike<number>;
  labels: ReadonlyMap<number, boolean>;
  precision: number;
  miss: number;
  start: number;
  finite?: boolean;
}): Guarantee | null {
  const { labels, precision, miss, start, finite = false } = options;
  const sorted = Float64Array.from(options.scores).sort().reverse();
  const labelled = [...labels].map(([i, right]) => ({ score: options.scores[i]!, right }));
  let proved: Guarantee | null = null;
  for (let share = start; ; share = Math.min(1, share + step)) {
    const score = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
    const kept = labelled.filter((one) => one.score >= score);
    const right = kept.filter((one) => one.right).length;
    const wrong = kept.length - right;
    const chance = finite
      ? finiteChance(wrong, kept.length, sorted.findLastIndex((one) => one >= score) + 1, precision)
      : binomialAtMost(wrong, kept.length, 1 - precision);
    if (chance > miss) return proved;
    proved = { score, labels: kept.length, right };
    if (share === 1) return proved;
  }
}

/** P(X ≤ k) for X binomial with n draws of probability p. */
export function binomialAtMost(k: number, n: number, p: number): number {
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let i = 1; i <= k; i++) {
    term += Math.log(((n - i + 1) / i) * (p / (1 - p)));
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

/**
 * Chance of at most `wrong` wrong labels among `labels` drawn from `total` pairs of which just too many are wrong for the precision:
 * the p-value of "they miss the precision".
 */
export function finiteChance(wrong: number, labels: number, total: number, precision: number): number {
  const tooMany = Math.floor((1 - precision) * total + 1e-9) + 1;
  return hypergeometricAtMost(wrong, labels, tooMany, total);
}

/** P(X ≤ k) for X marked ones among n drawn without replacement from `total`, of which `marked` are. */
export function hypergeometricAtMost(k: number, n: number, marked: number, total: number): number {
  const all = logChoose(total, n);
  let sum = 0;
  for (let x = Math.max(0, n - (total - marked)); x <= Math.min(k, n, marked); x++) {
    sum += Math.exp(logChoose(marked, x) + logChoose(total - marked, n - x) - all);
  }
  return Math.min(1, sum);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - i + 1) / i);
  return sum;
}
