import { curvature, logisticFit, solve } from './logistic.ts';
import { fitMixture, type Mixture, sigmoid } from './mixture.ts';
import { deviation } from './rates-at.ts';

/** How tower scores become one log-odds: scale · (bias + weights · scores) + offset. */
export interface Calibration {
  /** By tower. */
  readonly weights: { readonly [tower: string]: number };
  readonly bias: number;
  /** What the labels changed in the fused score; 1 and 0 without labels. */
  readonly scale: number;
  readonly offset: number;
  /** Covariance of scale and offset: [var, cov, var]. */
  readonly covariance: readonly [number, number, number];
  /** Share of right pairs in the corpus. */
  readonly baseRate: number;
  /** Labelled pairs that it was fitted with. */
  readonly labels: number;
  readonly threshold: number | null;
}

/** Standard deviations of scale and offset around 1 and 0 before labels are seen. */
const priorSpread = { scale: 0.15, offset: 0.3 };

/**
 * Fits the fusion on all pairs and random ones, then bends it a little towards the labels: a wrong pair need not look
 * like a random one, and labels alone can tell. With 200 labels both are needed, the first for little variance, the second
 * for little bias.
 */
export function fitCalibration(options: {
  towers: readonly string[];
  pairs: Float64Array;
  shuffled: Float64Array;
  labels?: ReadonlyMap<number, boolean>;
}): Calibration {
  const { towers, pairs, shuffled, labels = new Map<number, boolean>() } = options;
  return bend(fitMixture({ width: towers.length, pairs, shuffled, labels }), { towers, pairs, labels });
}

/** Bends a fusion towards the labels, which leaves the order of the pairs as it is. @param spread Of scale and offset beforehand. */
export function bend(
  mixture: Mixture,
  { towers, pairs, labels }: Pick<Required<Parameters<typeof fitCalibration>[0]>, 'towers' | 'pairs' | 'labels'>,
  spread: { readonly scale: number; readonly offset: number } = priorSpread,
): Calibration {
  const width = towers.length;
  const fused = (i: number) => {
    let sum = mixture.bias;
    for (let k = 0; k < width; k++) sum += mixture.weights[k]! * pairs[i * width + k]!;
    return sum;
  };
  const input = {
    rows: Float64Array.from(labels.keys(), fused),
    target: Float64Array.from(labels.values(), Number),
    rowWeights: new Float64Array(labels.size).fill(1),
    width: 1,
    prior: { mean: [1, 0], precision: [spread.scale ** -2, spread.offset ** -2] },
  };
  const bent = logisticFit({ ...input, start: Float64Array.of(1, 0) });
  const { hessian } = curvature(input, bent);
  const column = (k: number) => solve(hessian, Float64Array.of(Number(k === 0), Number(k === 1)), 2);
  const [first, second] = [column(0), column(1)];
  return {
    weights: Object.fromEntries(towers.map((tower, k) => [tower, mixture.weights[k]!])),
    bias: mixture.bias,
    scale: bent[0]!,
    offset: bent[1]!,
    covariance: [first[0]!, first[1]!, second[1]!],
    baseRate: mixture.baseRate,
    labels: labels.size,
    threshold: null,
  };
}

/** Log-odds that a pair with these tower scores is right. */
export function fuse(calibration: Calibration, byTower: (tower: string) => number): number {
  let sum = calibration.bias;
  for (const [tower, weight] of Object.entries(calibration.weights)) sum += weight * byTower(tower);
  return calibration.scale * sum + calibration.offset;
}

/** One line of the table of thresholds. */
export interface SweepPoint {
  readonly threshold: number;
  /** Pairs at or above it, and their share. */
  readonly kept: number;
  readonly share: number;
  /** Expected precision (mean probability of what is kept) and its standard error by the labels' uncertainty. */
  readonly precision: number;
  readonly precisionError: number;
  /** Expected recall: probability mass that is kept. */
  readonly recall: number;
}

/** Expected rates at every threshold that keeps one pair more, highest threshold first; equal scores fall together. */
export function sweepThresholds(calibration: Calibration, logOdds: ArrayLike<number>): SweepPoint[] {
  const { scale, offset, covariance } = calibration;
  const sorted = Float64Array.from(logOdds).sort().reverse();
  let total = 0;
  for (const x of sorted) total += sigmoid(x);
  let [sum, byScale, byOffset] = [0, 0, 0];
  const points: SweepPoint[] = [];
  for (const [i, x] of sorted.entries()) {
    const p = sigmoid(x);
    sum += p;
    byScale += (p * (1 - p) * (x - offset)) / scale;
    byOffset += p * (1 - p);
    if (sorted[i + 1] === x) continue;
    const kept = i + 1;
    points.push({
      threshold: p,
      kept,
      share: kept / sorted.length,
      precision: sum / kept,
      precisionError: deviation(covariance, byScale / kept, byOffset / kept),
      recall: sum / total,
    });
  }
  return points;
}
