import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import type { Source } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { fitCalibration, fuse, type SweepPoint, sweepThresholds } from './calibration.ts';
import { type CorpusPair, readCorpus, requirePairs } from './corpus.ts';
import { randomCombinations } from './judge.ts';
import { brier, type ReliabilityBin, reliability, wilsonInterval } from './metrics.ts';
import { sigmoid } from './mixture.ts';
import type { Verifier } from './verifier.ts';

/** What the threshold is to reach; each as a share, 0–1. */
export type CalibrationTarget =
  | { readonly precision: number }
  | { readonly recall: number }
  | { readonly keep: number };

export interface CalibrateOptions extends Knobs {
  verifier: Verifier;
  /** The corpus to be prepared. Its unlabelled pairs are used too. */
  source: Source;
  /** Whether the pair with this id is right; or the path of a JSONL file of `{"id": "…", "right": true}`. */
  labels: { readonly [id: string]: boolean } | ReadonlyMap<string, boolean> | string;
  /** @default { precision: 0.95 } */
  target?: CalibrationTarget;
  /**
   * How sure to be that a precision target is met: the threshold is put where the expected precision stands as many
   * standard errors above the target as this confidence asks for. 0.5 takes the best estimate; more costs recall.
   * @default 0.8
   */
  confidence?: number;
  /** Most pairs that are read. @default 20000 */
  maxPairs?: number;
}

export interface CalibrationReport {
  /** Of the calibrated probability, for `prepare`. */
  readonly threshold: number;
  /** Pairs of the source that were used. */
  readonly pairs: number;
  /** Labelled pairs among them. */
  readonly labels: number;
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
  /** Of the labelled pairs. */
  readonly brier: number;
  readonly reliability: readonly ReliabilityBin[];
  /** Weight of each tower in the log-odds, per standard deviation above random pairs. */
  readonly coefficients: { readonly [tower: string]: number };
  /** Thresholds with what they would keep, highest first; at most 200. */
  readonly sweep: readonly SweepPoint[];
}

const share = z.number().gt(0).lt(1);
const optionsSchema = z.strictObject({
  target: z
    .union([z.strictObject({ precision: share }), z.strictObject({ recall: share }), z.strictObject({ keep: share })])
    .default({ precision: 0.95 }),
  confidence: z.number().min(0.5).max(0.999).default(0.8),
  maxPairs: z.int().min(100).default(20_000),
});
const labelSchema = z.strictObject({ id: z.string(), right: z.boolean() });

const fewestLabels = 20;
const fewestPairs = 50;
const randomTexts = 2;
const seed = 0;

/**
 * Turns the towers' scores into one probability, chooses a threshold, and saves both with the verifier. Fitted on all pairs of
 * the source and on pairs of random texts, which are wrong for sure; the labels (about 200) tell the share of right pairs
 * and bend the curve. The expected precision is thus an average over thousands of pairs, not a count among a few kept
 * labels, whose strict bound would cost much recall.
 * @throws AnagramError `invalid-options`, `not-enough-data`, `source-failed`
 */
export async function calibrate(options: CalibrateOptions): Promise<CalibrationReport> {
  const { verifier, source, labels, signal, onEvent, ...plain } = options;
  const { target, confidence, maxPairs } = parseSettings('calibrate', optionsSchema, plain);
  const truth = await readLabels(labels);
  const emit = safeEmitter(onEvent);
  const knobs = { ...(signal && { signal }), onEvent: emit };
  const { imageSize, towers } = verifier;
  const seen = watchIds(source, truth);
  const pairs = await readCorpus(seen.source, {
    imageSize,
    limit: maxPairs,
    keep: truth,
    stage: 'calibrate-read',
    ...knobs,
  });
  requirePairs(pairs, fewestPairs, 'Calibration');
  const labelled = new Map(pairs.flatMap(({ id }, i) => (truth.has(id) ? [[i, truth.get(id)!] as const] : [])));
  const strangers = describeStrangers(truth, seen);
  requireLabels(labelled, strangers);
  if (strangers !== '') emit({ type: 'warning', message: strangers.trim() });

  emit({ type: 'stage-start', stage: 'calibrate-score', total: pairs.length });
  const { own, random } = await judgeWithRandom(verifier, pairs, signal);
  emit({ type: 'stage-end', stage: 'calibrate-score', done: pairs.length });
  const fitted = fitCalibration({ towers, pairs: own, shuffled: random, labels: labelled });
  const column = new Map(towers.map((tower, k) => [tower, k]));
  const logOdds = pairs.map((_, i) => fuse(fitted, (tower) => own[i * towers.length + column.get(tower)!]!));
  const sweep = sweepThresholds(fitted, logOdds);
  const chosen = choose(sweep, target, confidence);
  await verifier.recalibrate({ ...fitted, threshold: chosen.threshold });

  const probabilities = [...labelled.keys()].map((i) => sigmoid(logOdds[i]!));
  const right = [...labelled.values()];
  const keptRight = right.filter((_, i) => probabilities[i]! >= chosen.threshold);
  const hits = keptRight.filter(Boolean).length;
  return {
    threshold: chosen.threshold,
    pairs: pairs.length,
    labels: labelled.size,
    precision: {
      expected: chosen.precision,
      standardError: chosen.precisionError,
      labelled: {
        value: hits / keptRight.length,
        interval: wilsonInterval(hits, keptRight.length),
        count: keptRight.length,
      },
    },
    recall: chosen.recall,
    keep: chosen.share,
    baseRate: fitted.baseRate,
    brier: brier(probabilities, right),
    reliability: reliability(probabilities, right),
    coefficients: fitted.weights,
    sweep: thin(sweep, 200),
  };
}

/** Tower scores of the pairs, and of their pictures with random texts. */
async function judgeWithRandom(verifier: Verifier, pairs: readonly CorpusPair[], signal: AbortSignal | undefined) {
  const texts = [...new Set(pairs.map(({ text }) => text))];
  const number = new Map(texts.map((text, j) => [text, j]));
  const random = randomCombinations(pairs, texts, randomTexts, seed);
  const image = [...pairs.keys(), ...random.image];
  const text = [...pairs.map((pair) => number.get(pair.text)!), ...random.text];
  const scores = await verifier.judge(pairs, texts, { image, text }, signal ? { signal } : {});
  const split = pairs.length * verifier.towers.length;
  return { own: scores.subarray(0, split), random: scores.subarray(split) };
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
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  const top = 2.515517 + 0.802853 * t + 0.010328 * t * t;
  return Math.max(0, t - top / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3));
}

/** At most `count` points, the first and the last among them. */
function thin(sweep: readonly SweepPoint[], count: number): SweepPoint[] {
  if (sweep.length <= count) return [...sweep];
  return Array.from({ length: count }, (_, k) => sweep[Math.round((k * (sweep.length - 1)) / (count - 1))]!);
}

async function readLabels(labels: CalibrateOptions['labels']): Promise<ReadonlyMap<string, boolean>> {
  if (typeof labels !== 'string') return new Map(labels instanceof Map ? labels : Object.entries(labels));
  const text = await readFile(labels, 'utf8').catch((cause) => {
    throw new AnagramError(
      'source-failed',
      `The labels ${labels} cannot be read. Expected a JSONL file of {"id": "…", "right": true}.`,
      { path: labels },
      { cause },
    );
  });
  const result = new Map<string, boolean>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const { id, right } = parseLabel(labels, index + 1, line);
    result.set(id, right);
  }
  return result;
}

function parseLabel(path: string, line: number, text: string): z.output<typeof labelSchema> {
  try {
    return labelSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AnagramError(
      'source-failed',
      `Line ${line} of ${path} is no label. Expected {"id": "…", "right": true or false}, received ${text.slice(0, 80)}. Correct or remove it.`,
      { path, line },
      { cause },
    );
  }
}

interface SeenIds {
  readonly source: Source;
  /** Ids with a label that the source has. */
  readonly labelled: Set<string>;
  /** The first id of the source. */
  first: string | null;
}

/** The same source, whose ids are noted as they pass. */
function watchIds(source: Source, labels: ReadonlyMap<string, boolean>): SeenIds {
  const seen: SeenIds = {
    labelled: new Set(),
    first: null,
    source: {
      name: source.name,
      settings: source.settings,
      async *records(options) {
        for await (const record of source.records(options)) {
          seen.first ??= record.id;
          if (labels.has(record.id)) seen.labelled.add(record.id);
          yield record;
        }
      },
    },
  };
  return seen;
}

/** How many labels name no record of the source, with an id of each side; the empty string where all of them do. */
function describeStrangers(labels: ReadonlyMap<string, boolean>, { labelled, first }: SeenIds): string {
  const strangers = [...labels.keys()].filter((id) => !labelled.has(id));
  if (strangers.length === 0) return '';
  const known = first === null ? '' : `; ids of the source look like "${first}"`;
  return ` ${strangers.length} of ${labels.size} labels have an id that is not in the source, e.g. "${strangers[0]}"${known}.`;
}

function requireLabels(labelled: ReadonlyMap<number, boolean>, strangers: string): void {
  const right = [...labelled.values()].filter(Boolean).length;
  if (labelled.size >= fewestLabels && right > 0 && right < labelled.size) return;
  throw new AnagramError(
    'not-enough-data',
    `Calibration found ${labelled.size} labels of readable pairs, ${right} of them right. Expected at least ${fewestLabels}, right and wrong ones.${strangers} Label pairs drawn at random, best 200.`,
    { needed: fewestLabels, found: labelled.size },
  );
}
