import { logisticFit } from './logistic.ts';

/** A row of tower scores is (width) numbers, in the order of the towers. */
export interface MixtureInput {
  readonly width: number;
  /** (n, width): scores of the corpus' pairs, some right, some wrong. */
  readonly pairs: Float64Array;
  /** (m, width), m > 0: scores of the same pictures with texts drawn at random, thus known to be wrong. */
  readonly shuffled: Float64Array;
  /** Truth of some of the pairs, by their number. */
  readonly labels?: ReadonlyMap<number, boolean>;
}

export interface Mixture {
  /** Of the log-odds that a pair of the corpus is right: bias + weights · scores. */
  readonly weights: readonly number[];
  readonly bias: number;
  /** Share of right pairs in the corpus. */
  readonly baseRate: number;
}

const rounds = 50;

/**
 * Fuses the towers with few labels or none: expectation–maximisation of a logistic model in which pairs of random texts are
 * wrong for sure and every unlabelled pair is right or wrong (presence-only data, Ward et al. 2009). The share of right
 * pairs is not left to the model's shape, which hardly tells it: it comes from the labels, or without any from the lower
 * tail, where the corpus is as dense as its wrong part alone (Storey 2002). A tower that knows nothing gets no weight.
 */
export function fitMixture({ width, pairs, shuffled, labels = new Map() }: MixtureInput): Mixture {
  const n = pairs.length / width;
  const m = shuffled.length / width;
  const rows = new Float64Array(pairs.length + shuffled.length);
  rows.set(pairs);
  rows.set(shuffled, pairs.length);
  // Together the random pairs weigh as much as the corpus.
  const rowWeights = new Float64Array(n + m).fill(1).fill(n / m, n);
  const target = new Float64Array(n + m).fill(1, 0, n);
  for (const [i, right] of labels) target[i] = Number(right);

  let coefficients = logisticFit({ rows, target, rowWeights, width });
  const known = [...labels.values()];
  let baseRate =
    known.length > 0
      ? (known.filter(Boolean).length + 0.5) / (known.length + 1)
      : 1 - wrongShare(logOdds(coefficients, pairs, width), logOdds(coefficients, shuffled, width));
  let shift = 0;
  for (let round = 0; round < rounds; round++) {
    const scores = logOdds(coefficients, pairs, width);
    shift = shiftToMean(scores, baseRate);
    // Labels that are easier than the corpus, by the model's own measure, overstate its share of right pairs
    // (prediction-powered inference, Angelopoulos et al. 2023).
    let surprise = 0;
    for (const [i, right] of labels) surprise += (Number(right) - sigmoid(scores[i]! + shift)) / labels.size;
    baseRate = Math.min(0.99, Math.max(0.01, baseRate + surprise / 2));
    let change = Math.abs(surprise);
    for (let i = 0; i < n; i++) {
      if (labels.has(i)) continue;
      const next = sigmoid(scores[i]! + shift);
      change += Math.abs(next - target[i]!) / n;
      target[i] = next;
    }
    if (change < 1e-4) break;
    coefficients = logisticFit({ rows, target, rowWeights, width, start: coefficients });
  }
  shift = shiftToMean(logOdds(coefficients, pairs, width), baseRate);
  return { weights: [...coefficients.subarray(0, width)], bias: coefficients[width]! + shift, baseRate };
}

/**
 * Share of wrong pairs: how many of the corpus' pairs score as low as the lowest 10–30 % of the random ones, compared with
 * how many would if all were wrong. Right pairs that look random are counted too, so that it errs on the side of caution.
 */
export function wrongShare(pairs: Float64Array, shuffled: Float64Array): number {
  const sorted = shuffled.toSorted();
  const ratios = [0.1, 0.15, 0.2, 0.25, 0.3].map((share) => {
    const at = sorted[Math.floor(share * sorted.length)]!;
    return pairs.reduce((count, score) => count + Number(score < at), 0) / pairs.length / share;
  });
  return Math.min(0.95, Math.max(0.01, ratios.sort((a, b) => a - b)[2]!));
}

/** What must be added to the scores so that their probabilities have this mean. */
function shiftToMean(scores: Float64Array, mean: number): number {
  let [low, high] = [-50, 50];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (const score of scores) sum += sigmoid(score + middle);
    if (sum / scores.length > mean) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** bias + weights · row, for every row; the bias is the last coefficient. */
function logOdds(coefficients: Float64Array, rows: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, i) => {
    let sum = coefficients[width]!;
    for (let k = 0; k < width; k++) sum += coefficients[k]! * rows[i * width + k]!;
    return sum;
  });
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x));
}

export function logit(p: number): number {
  return Math.log(p / (1 - p));
}
