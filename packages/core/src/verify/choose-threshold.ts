import { bend, type Calibration, fitCalibration, fuse, type SweepPoint, sweepThresholds } from './calibration.ts';
import { guaranteedThreshold } from './guarantee.ts';
import { fitMixture, sigmoid } from './mixture.ts';

/** What the threshold is to reach; each as a share, 0–1. */
export type CalibrationTarget =
  | { readonly precision: number }
  | { readonly recall: number }
  | { readonly keep: number };

/** What a threshold is chosen by: the towers' scores of the corpus and of random pairs, and the truth of some pairs. */
export interface ThresholdEvidence {
  readonly towers: readonly string[];
  /** (n, towers) */
  readonly pairs: Float64Array;
  /** (m, towers) */
  readonly shuffled: Float64Array;
  /** By the pairs' numbers. */
  readonly labels: ReadonlyMap<number, boolean>;
}

export interface ChosenThreshold {
  readonly calibration: Calibration & { readonly threshold: number };
  /** (n) log-odds of the pairs. */
  readonly logOdds: readonly number[];
  readonly sweep: readonly SweepPoint[];
  readonly point: SweepPoint;
  readonly promise: 'guaranteed' | 'estimated';
  readonly statement: string;
}

/** Part of the expected right pairs that the first threshold of a proof keeps: strict enough to hold, loose enough to hold labels. */
const firstProof = 0.6;

/** Fuses the scores and chooses the threshold, without a model. */
export function chooseThreshold(
  evidence: ThresholdEvidence,
  options: { target: CalibrationTarget; confidence: number; guarantee: boolean },
): ChosenThreshold {
  const { target, confidence, guarantee } = options;
  const proved = guarantee && 'precision' in target ? prove(evidence, target.precision, confidence) : null;
  if (proved) return proved;
  const calibration = fitCalibration(evidence);
  const logOdds = fuseAll(calibration, evidence);
  const sweep = sweepThresholds(calibration, logOdds);
  const point = choose(sweep, target, confidence);
  const statement = estimateInWords(evidence.labels.size, options, calibration.baseRate);
  const threshold = point.threshold;
  return { calibration: { ...calibration, threshold }, logOdds, sweep, point, promise: 'estimated', statement };
}

/** Null where the labels are too few, or too often wrong, for any proof. */
function prove(evidence: ThresholdEvidence, precision: number, confidence: number): ChosenThreshold | null {
  const { towers, pairs, shuffled, labels } = evidence;
  // The towers are weighed without the labels, so that the order of the pairs does not depend on them.
  const mixture = fitMixture({ width: towers.length, pairs, shuffled });
  const blind = bend(mixture, { towers, pairs, labels: new Map() });
  const found = guaranteedThreshold({
    scores: fuseAll(blind, evidence),
    labels,
    precision,
    miss: 1 - confidence,
    start: firstProof * blind.baseRate,
  });
  if (!found) return null;
  const calibration = bend(mixture, evidence);
  const logOdds = fuseAll(calibration, evidence);
  const sweep = sweepThresholds(calibration, logOdds);
  const bent = calibration.scale * ((found.score - blind.offset) / blind.scale) + calibration.offset;
  const point = nearest(sweep, sigmoid(bent));
  const statement =
    `Guaranteed: of a hundred draws of ${labels.size} labels, at most ${percent(1 - confidence)} lead to a threshold whose kept pairs are ` +
    `right less often than ${percent(precision)} %. Of the ${found.labels} labelled pairs that this one keeps, ${found.right} are right. ` +
    'It holds for pairs like those that the labels were drawn from, at random.';
  return {
    calibration: { ...calibration, threshold: point.threshold },
    logOdds,
    sweep,
    point,
    promise: 'guaranteed',
    statement,
  };
}

function estimateInWords(
  labels: number,
  { target, confidence, guarantee }: { target: CalibrationTarget; confidence: number; guarantee: boolean },
  baseRate: number,
): string {
  if (labels === 0)
    return 'An estimate without labels, from pairs of random texts alone: no guarantee. Label 200 pairs drawn at random.';
  const estimate = `An estimate from ${labels} labels and the scores of all pairs: no guarantee.`;
  if (!guarantee || !('precision' in target)) return estimate;
  const needed = Math.ceil(Math.log(1 - confidence) / Math.log(target.precision) / (firstProof * baseRate));
  return `${estimate} These labels prove no threshold for a precision of ${percent(target.precision)} % at a confidence of ${percent(confidence)} %: it takes ${needed} labels or more, and a strict threshold that keeps almost none that is wrong. Label more pairs, or ask for a lower precision.`;
}

function percent(share: number): string {
  return String(Number((100 * share).toFixed(1)));
}

function fuseAll(calibration: Calibration, { towers, pairs }: ThresholdEvidence): number[] {
  const column = new Map(towers.map((tower, k) => [tower, k]));
  const width = towers.length;
  return Array.from({ length: pairs.length / width }, (_, i) =>
    fuse(calibration, (tower) => pairs[i * width + column.get(tower)!]!),
  );
}

/** The last point that is not looser than this threshold; rounding aside, the threshold itself. */
function nearest(sweep: readonly SweepPoint[], threshold: number): SweepPoint {
  return sweep.findLast((point) => point.threshold >= threshold - 1e-9) ?? sweep[0]!;
}

/** The point that keeps most of those that reach the target; where none does, the one that comes nearest. */
function choose(sweep: readonly SweepPoint[], target: CalibrationTarget, confidence: number): SweepPoint {
  if ('recall' in target) return sweep.find(({ recall }) => recall >= target.recall) ?? sweep.at(-1)!;
  if ('keep' in target) return sweep.find(({ share }) => share >= target.keep) ?? sweep.at(-1)!;
  const errors = normalQuantile(confidence);
  const cautious = (point: SweepPoint) => point.precision - errors * point.precisionError;
  return (
    sweep.findLast((point) => cautious(point) >= target.precision) ??
    sweep.reduce((best, point) => (cautious(point) > cautious(best) ? point : best))
  );
}

/** z with P(N(0, 1) < z) = p, for p ≥ 0.5 (Abramowitz & Stegun 26.2.23, within 0.00045). */
export function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  const top = 2.515517 + 0.802853 * t + 0.010328 * t * t;
  return Math.max(0, t - top / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3));
}
