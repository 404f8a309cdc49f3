import * as z from 'zod';
import { type Knobs, safeEmitter } from '../events.ts';
import type { Source } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { SweepPoint } from './calibration.ts';
import { type CalibrationTarget, chooseThreshold } from './choose-threshold.ts';
import { readCorpus } from './corpus.ts';
import { brier, type ReliabilityBin, reliability, wilsonInterval } from './metrics.ts';
import { sigmoid } from './mixture.ts';
import { calibrationPage } from './page/calibration-page.ts';
import {
  describeStrangers,
  type Labels,
  readLabels,
  requireLabels,
  requirePlainLabels,
  watchIds,
} from './read-labels.ts';
import { thresholdEvidence } from './threshold-evidence.ts';
import type { Verifier } from './verifier.ts';

export interface CalibrateOptions extends Knobs {
  verifier: Verifier;
  /** The corpus to be prepared. Its unlabelled pairs are used too. */
  source: Source;
  /** Truth of some pairs, drawn at random, best 200 or more. Without any the threshold is a rough estimate. */
  labels?: Labels;
  /** What the threshold is to reach: one of three shares. @default { precision: 0.95 } */
  target?: CalibrationTarget;
  /**
   * How sure to be that a precision target is met. Estimated: the threshold is put where the expected precision stands as many
   * standard errors above the target as this confidence asks for; 0.5 takes the best estimate, more costs recall. Guaranteed:
   * the least probability, over the draw of the labels, that the target is met.
   * @default 0.8
   */
  confidence?: number;
  /**
   * A precision target is proved by the labels alone (`guaranteedThreshold`), whatever the scores are worth. Costs recall; where
   * the labels are too few for any proof, the estimate is taken and the report says so. @default false
   */
  guarantee?: boolean;
  /** Most pairs that are read. @default 20000 */
  maxPairs?: number;
  /**
   * Receives the report as a page for any browser: what any threshold keeps, with pairs at the border, moved by a slider.
   * `command` is shown for the chosen threshold, which stands in it as `{threshold}`.
   */
  page?: { readonly path: string; readonly command?: string };
}

export interface CalibrationReport {
  /** Of the calibrated probability, for `prepare`. */
  readonly threshold: number;
  /** What is promised of the threshold: by a proof, or by an estimate. */
  readonly promise: 'guaranteed' | 'estimated';
  /** The promise in words. */
  readonly statement: string;
  /** Pairs of the source that were used. */
  readonly pairs: number;
  /** Labelled pairs among them. */
  readonly labels: number;
  /** Labels that tell nothing, which are left out. */
  readonly unsure: number;
  /** Right among kept. */
  readonly precision: {
    /** Mean calibrated probability of what the threshold keeps of the whole source. */
    readonly expected: number;
    /** Of that figure, from the labels' number. */
    readonly standardError: number;
    /** The share among the labelled pairs that are kept, with Wilson's 95 % interval. */
    readonly labelled: { readonly value: number; readonly interval: readonly [number, number]; readonly count: number };
  };
  /** Kept among right, expected. */
  readonly recall: number;
  /** Share of all pairs that is kept. */
  readonly keep: number;
  /** Share of right pairs in the source. */
  readonly baseRate: number;
  /** Of the labelled pairs; NaN without labels. */
  readonly brier: number;
  readonly reliability: readonly ReliabilityBin[];
  /** Weight of each tower in the log-odds, per standard deviation above random pairs. */
  readonly coefficients: { readonly [tower: string]: number };
  /** Thresholds with what they would keep, highest first; at most 200. */
  readonly sweep: readonly SweepPoint[];
}

const share = z.number().gt(0).lt(1);
export const calibrateOptions = z.strictObject({
  target: z
    .union([z.strictObject({ precision: share }), z.strictObject({ recall: share }), z.strictObject({ keep: share })])
    .default({ precision: 0.95 }),
  confidence: z.number().min(0.5).max(0.999).default(0.8),
  guarantee: z.boolean().default(false),
  maxPairs: z.int().min(100).default(20_000),
  page: z.strictObject({ path: z.string().min(1), command: z.string().exactOptional() }).exactOptional(),
});

const fewestPairs = 50;

/**
 * Turns the towers' scores into one probability, chooses a threshold, and saves both with the verifier. Fitted on all pairs of
 * the source and on pairs of random texts, which are wrong for sure; the labels (about 200) tell the share of right pairs
 * and bend the curve. The expected precision is thus an average over thousands of pairs; with `guarantee` it is a count among
 * the labels that are kept, which proves it and costs recall.
 * @throws AnagramError `invalid-options`, `not-enough-data`, `source-failed`
 */
export async function calibrate(options: CalibrateOptions): Promise<CalibrationReport> {
  const { verifier, source, labels, signal, onEvent, ...plain } = options;
  const { maxPairs, page, ...wanted } = parseSettings('calibrate', calibrateOptions, plain);
  if (typeof labels === 'string') await requirePlainLabels(labels);
  const { truth, unsure } = await readLabels(labels ?? {});
  const emit = safeEmitter(onEvent);
  const knobs = { ...(signal && { signal }), onEvent: emit };
  const { imageSize } = verifier;
  const seen = watchIds(source, truth);
  const pairs = await readCorpus(seen.source, {
    imageSize,
    limit: maxPairs,
    keep: truth,
    stage: 'calibrate-read',
    ...{ needed: fewestPairs, what: 'Calibration' },
    ...knobs,
  });
  const labelled = new Map(pairs.flatMap(({ id }, i) => (truth.has(id) ? [[i, truth.get(id)!] as const] : [])));
  const strangers = describeStrangers(truth, seen);
  if (labels !== undefined) requireLabels(labelled, strangers);
  if (strangers !== '') emit({ type: 'warning', message: strangers.trim() });

  emit({ type: 'stage-start', stage: 'calibrate-score', total: pairs.length });
  const evidence = await thresholdEvidence(verifier, pairs, signal ? { signal } : {});
  emit({ type: 'stage-end', stage: 'calibrate-score', done: pairs.length });
  const chosen = chooseThreshold({ ...evidence, labels: labelled }, wanted);
  const { calibration, logOdds, point, promise } = chosen;
  await verifier.recalibrate(calibration);

  const probabilities = [...labelled.keys()].map((i) => sigmoid(logOdds[i]!));
  const right = [...labelled.values()];
  const keptRight = right.filter((_, i) => probabilities[i]! >= point.threshold);
  const hits = keptRight.filter(Boolean).length;
  const statement =
    unsure === 0
      ? chosen.statement
      : `${chosen.statement} It says nothing of pairs like the ${unsure} that nobody could judge.`;
  const report: CalibrationReport = {
    threshold: point.threshold,
    promise,
    statement,
    pairs: pairs.length,
    labels: labelled.size,
    unsure,
    precision: {
      expected: point.precision,
      standardError: point.precisionError,
      labelled: {
        value: hits / keptRight.length,
        interval: wilsonInterval(hits, keptRight.length),
        count: keptRight.length,
      },
    },
    recall: point.recall,
    keep: point.share,
    baseRate: calibration.baseRate,
    brier: brier(probabilities, right),
    reliability: reliability(probabilities, right),
    coefficients: calibration.weights,
    sweep: thin(chosen.sweep, 200),
  };
  if (page) {
    const scored = pairs.map(({ id, text }, i) => ({
      ...{ id, text, probability: Number(sigmoid(logOdds[i]!).toPrecision(6)) },
      ...(labelled.has(i) && { right: labelled.get(i)! }),
    }));
    const command =
      page.command ?? `anagram prepare SOURCE --dir DIR --verifier ${verifier.dir} --threshold {threshold}`;
    const { confidence } = wanted;
    const html = await calibrationPage({ report, calibration, scored, source, signal, confidence, command });
    await writeAtomic(page.path, html);
  }
  return report;
}

/** At most `count` points, the first and the last among them. */
function thin(sweep: readonly SweepPoint[], count: number): SweepPoint[] {
  if (sweep.length <= count) return [...sweep];
  return Array.from({ length: count }, (_, k) => sweep[Math.round((k * (sweep.length - 1)) / (count - 1))]!);
}
