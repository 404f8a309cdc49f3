import type { Calibration } from './calibration.ts';
import { logit } from './mixture.ts';

/** What a threshold keeps, and what is expected of it. */
export interface ThresholdRates {
  readonly threshold: number;
  readonly kept: number;
  /** Of all scored pairs, 0–1. */
  readonly share: number;
  /** Mean probability of what is kept: its expected precision. NaN where nothing is kept. */
  readonly precision: number;
  /** Standard error of the expected precision, from the number of labels; null where no calibration is known. */
  readonly precisionError: number | null;
  /** Part of the right pairs that is kept, expected. */
  readonly recall: number;
}

/** Expected rates at any thresholds, from the pairs' probabilities alone: a pair is kept at or above the threshold. */
export function ratesAtThresholds(options: {
  probabilities: ArrayLike<number>;
  thresholds: readonly number[];
  calibration?: Pick<Calibration, 'scale' | 'offset' | 'covariance'> | undefined;
}): ThresholdRates[] {
  const { thresholds, calibration } = options;
  const sorted = Float64Array.from(options.probabilities).sort().reverse();
  const total = sorted.reduce((sum, p) => sum + p, 0);
  const rates = new Array<ThresholdRates>(thresholds.length);
  const strictestFirst = [...thresholds.keys()].sort((a, b) => thresholds[b]! - thresholds[a]!);
  let [kept, sum, byScale, byOffset] = [0, 0, 0, 0];
  for (const place of strictestFirst) {
    const threshold = thresholds[place]!;
    for (; kept < sorted.length && sorted[kept]! >= threshold; kept++) {
      const p = sorted[kept]!;
      sum += p;
      if (!calibration) continue;
      byScale += (p * (1 - p) * (finiteLogit(p) - calibration.offset)) / calibration.scale;
      byOffset += p * (1 - p);
    }
    rates[place] = {
      threshold,
      kept,
      share: kept / sorted.length,
      precision: sum / kept,
      precisionError: calibration ? deviation(calibration.covariance, byScale / kept, byOffset / kept) : null,
      recall: sum / total,
    };
  }
  return rates;
}

/** Standard deviation of `a · scale + b · offset`. */
export function deviation(covariance: Calibration['covariance'], a: number, b: number): number {
  const variance = a * a * covariance[0] + 2 * a * b * covariance[1] + b * b * covariance[2];
  return Math.sqrt(Math.max(0, variance));
}

function finiteLogit(p: number): number {
  return logit(Math.min(1 - 1e-12, Math.max(1e-12, p)));
}
