import { bend, sweepThresholds } from '../verify/calibration.ts';
import { normalQuantile } from '../verify/choose-threshold.ts';
import { finiteChance, guaranteedThreshold } from '../verify/guarantee.ts';
import { logit } from '../verify/mixture.ts';

/** What is known of the pairs that a route offers. */
export interface RouteEvidence {
  /** (n) Probability of each that it is right, as the verifier has it. */
  readonly scores: readonly number[];
  /** Truth of pairs that were drawn at random, by number. */
  readonly random: ReadonlyMap<number, boolean>;
  /** Truth of further pairs, which were drawn for their scores. */
  readonly border: ReadonlyMap<number, boolean>;
  /** The random ones are a simple random sample without replacement. */
  readonly simple: boolean;
}

export interface RouteTarget {
  readonly precision: number;
  /** Of a guarantee: the least probability that it holds. Of an estimate: how cautious it is, as for `calibrate`. */
  readonly confidence: number;
  /** What a route does for which the labels prove nothing. */
  readonly unproved: 'nothing' | 'estimate';
}

export interface RouteChoice {
  /** False: the route keeps nothing. Null: all that it offers, of which nothing is known. */
  readonly threshold: number | false | null;
  readonly promise: 'guaranteed' | 'estimated' | 'none';
  /** In words. */
  readonly statement: string;
}

/**
 * Of the verifier's log-odds on a route, beforehand: so far a route's scores may be too sure. Wide, because they often are: what a
 * score says of pairs as they came it need not say of texts that were picked by it.
 */
const spread = { scale: 0.3, offset: 2 };

/** The threshold of one route by its labels, without a model. */
export function chooseRouteThreshold(evidence: RouteEvidence, target: RouteTarget): RouteChoice {
  return count(evidence, target) ?? prove(evidence, target) ?? fallBack(evidence, target);
}

/** Where every pair is labelled nothing is left to chance. */
function count({ scores, random, border }: RouteEvidence, { precision }: RouteTarget): RouteChoice | null {
  const truth = new Map([...border, ...random]);
  if (scores.length === 0 || truth.size < scores.length) return null;
  const order = bestFirst(scores);
  let right = 0;
  let found: { kept: number; right: number } | null = null;
  for (const [at, i] of order.entries()) {
    right += Number(truth.get(i));
    if (scores[order[at + 1]!] !== scores[i] && right >= precision * (at + 1) - 1e-9) found = { kept: at + 1, right };
  }
  const all = `all ${scores.length} pairs of this route are labelled`;
  if (found) {
    const statement = `Certain: ${all}. Of the ${found.kept} that are kept, ${found.right} are right.`;
    return { threshold: scores[order[found.kept - 1]!]!, promise: 'guaranteed', statement };
  }
  const statement = `Keeps nothing: ${all}, ${right} of them right, and no threshold keeps ${percent(precision)} % right ones.`;
  return { threshold: false, promise: 'none', statement };
}

function prove(evidence: RouteEvidence, { precision, confidence }: RouteTarget): RouteChoice | null {
  const { scores, random, simple } = evidence;
  const miss = 1 - confidence;
  const start = firstShare({ total: scores.length, labels: random.size, precision, miss });
  if (start === null) return null;
  const found = guaranteedThreshold({ scores, labels: random, precision, miss, start, finite: simple });
  if (!found) return null;
  const statement =
    `Guaranteed: of a hundred draws of ${random.size} labels, at most ${percent(miss)} lead to a threshold whose kept pairs of this route are ` +
    `right less often than ${percent(precision)} %. Of the ${found.labels} labelled pairs that this one keeps, ${found.right} are right.`;
  return { threshold: found.score, promise: 'guaranteed', statement };
}

function fallBack(evidence: RouteEvidence, target: RouteTarget): RouteChoice {
  const { scores, random, border } = evidence;
  const { precision, confidence, unproved } = target;
  const labels = random.size + border.size;
  const right = [...random.values(), ...border.values()].filter(Boolean).length;
  const needed = fewestLabels(scores.length, precision, 1 - confidence);
  const more = random.size < needed ? ` It takes ${needed} or more that were drawn at random.` : '';
  const why =
    labels === 0
      ? 'no label of this route'
      : `${labels} labels, ${right} of them right, prove no threshold for ${percent(precision)} % at a confidence of ${percent(confidence)} %`;
  if (unproved === 'nothing') {
    return { threshold: false, promise: 'none', statement: `Keeps nothing: ${why}.${more}` };
  }
  if (labels === 0) {
    const statement = `Keeps all that it offers, of which nothing is known: ${why}.${more}`;
    return { threshold: null, promise: 'none', statement };
  }
  const threshold = estimate(evidence, precision, confidence);
  const estimated = `from ${labels} labels, ${right} of them right, and the scores of its ${scores.length} pairs`;
  return threshold === null
    ? {
        threshold: false,
        promise: 'estimated',
        statement: `Keeps nothing: by an estimate ${estimated}, no threshold reaches ${percent(precision)} %.${more}`,
      }
    : { threshold, promise: 'estimated', statement: `An estimate ${estimated}: no guarantee.${more}` };
}

/** The loosest threshold of which the verifier's probabilities, bent to the labels, expect the precision. */
function estimate({ scores, random, border }: RouteEvidence, precision: number, confidence: number): number | null {
  const logOdds = Float64Array.from(scores, (p) => logit(Math.min(1 - 1e-6, Math.max(1e-6, p))));
  const corpus = { towers: ['score'], pairs: logOdds, labels: new Map([...border, ...random]) };
  const bent = bend({ weights: [1], bias: 0, baseRate: Number.NaN }, corpus, spread);
  // Scores that the labels contradict order nothing.
  if (bent.scale <= 0) return null;
  const errors = normalQuantile(confidence);
  const sweep = sweepThresholds(
    bent,
    logOdds.map((x) => bent.scale * x + bent.offset),
  );
  const point = sweep.findLast((one) => one.precision - errors * one.precisionError >= precision);
  return point ? scores[bestFirst(scores)[point.kept - 1]!]! : null;
}

/** Share of the pairs that the first threshold of a proof keeps: so many that one wrong label among theirs is borne, if there are; else none. */
function firstShare(options: { total: number; labels: number; precision: number; miss: number }): number | null {
  const { total, labels, precision, miss } = options;
  for (const wrong of [1, 0]) {
    for (let percents = 2; percents <= 100; percents += 2) {
      const [kept, drawn] = [Math.ceil((percents * total) / 100), Math.floor((percents * labels) / 100)];
      if (drawn > wrong && finiteChance(wrong, drawn, kept, precision) <= miss) return percents / 100;
    }
  }
  return null;
}

/** Labels of a route, all of them right, that prove its pairs as a whole. */
function fewestLabels(total: number, precision: number, miss: number): number {
  let labels = 1;
  while (labels < total && finiteChance(0, labels, total, precision) > miss) labels++;
  return labels;
}

function bestFirst(scores: readonly number[]): number[] {
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
}

function percent(share: number): string {
  return String(Number((100 * share).toFixed(1)));
}
