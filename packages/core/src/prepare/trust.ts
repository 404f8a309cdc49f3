import { logisticFit } from '../verify/logistic.ts';
import { logit, sigmoid } from '../verify/mixture.ts';
import { type Candidate, leaveOut, posteriors } from './posteriors.ts';
import type { PictureCandidates } from './retrieve.ts';

/** A complete pair whose text was looked for as if it were lost. */
export interface KnownPicture {
  readonly found: PictureCandidates;
  readonly text: string;
  /** That the pair is right. */
  readonly probability: number;
}

/** A picture that waits for a text. */
export interface WaitingPicture {
  readonly found: PictureCandidates;
  /** The text that it came with, which is not looked for, and the probability that this one is right. */
  readonly own: { readonly text: string; readonly probability: number } | null;
}

/** Turns a candidate's posterior into the probability that it is right. */
export type Trust = (candidate: Candidate) => number;

/** How many pairs of the corpus have a text. Of more pairs more is known: a text that only the picture itself has is seldom found. */
export type Copies = (text: string) => number;

/** Of slope, of log-ratio, of copies and of bias around 1, 0, 0 and 0: what little data leaves as it is. */
const prior = { mean: [1, 0, 0, 0], precision: [25, 25, 1, 4] };

/**
 * How far texts that retrieval found can be trusted, learnt from pairs that are known: their texts are looked for twice, once
 * as they stand and once with their own text left out, so that whatever is found is wrong. The share of waiting pictures whose text
 * is there at all lies between the two, and is estimated from how well their best texts fit; then a logistic model over posterior,
 * log-ratio and the text's copies tells right candidates from wrong ones. Each known pair weighs as much as it is probably right. The
 * scores alone would be far too sure: a picture that resembles one with a wrong text finds that text with great confidence.
 * @param copies Left out where they do not help.
 */
export function fitTrust(
  known: readonly KnownPicture[],
  waiting: readonly WaitingPicture[],
  poolSize: number,
  copies: Copies = () => 0,
): Trust {
  const total = known.reduce((sum, { probability }) => sum + probability, 0);
  if (total === 0 || waiting.length === 0) return ({ probability }) => probability;
  const present = shareInPool(known, waiting);
  const rows: number[] = [];
  const target: number[] = [];
  const rowWeights: number[] = [];
  const add = (found: PictureCandidates, text: string, weight: number) => {
    for (const candidate of posteriors(found, poolSize)) {
      const isOwn = candidate.text === text;
      rows.push(...features(candidate, copies(candidate.text) - Number(isOwn)));
      target.push(Number(isOwn));
      rowWeights.push(weight);
    }
  };
  for (const { found, text, probability } of known) {
    add(found, text, probability * present);
    add(leaveOut(found, text, poolSize), text, probability * (1 - present));
  }
  const [slope, byRatio, byCopies, bias] = logisticFit({
    rows: Float64Array.from(rows),
    target: Float64Array.from(target),
    rowWeights: Float64Array.from(rowWeights),
    width: 3,
    start: Float64Array.of(1, 0, 0, 0),
    prior,
  }) as unknown as [number, number, number, number];
  return (candidate) => {
    const [odds, ratio, others] = features(candidate, copies(candidate.text));
    return sigmoid(slope * odds + byRatio * ratio + byCopies * others + bias);
  };
}

/** @param others Other pictures with the text. */
function features({ probability, ratio }: Candidate, others: number): [odds: number, ratio: number, others: number] {
  const odds = logit(Math.min(1 - 1e-9, Math.max(1e-12, probability)));
  return [odds, Math.log(Math.max(1e-12, ratio)), Math.log1p(Math.max(0, others))];
}

const bins = 20;

/** Share of the waiting pictures whose right text is in the pool: a mixture of both kinds of best fits, by maximum likelihood. */
function shareInPool(known: readonly KnownPicture[], waiting: readonly WaitingPicture[]): number {
  const weights = known.map(({ probability }) => probability);
  const withOwn = known.map(({ found }) => bestFit(found, null));
  const withoutOwn = known.map(({ found, text }) => bestFit(found, text));
  const open = waiting.map(({ found, own }) => bestFit(found, own?.text ?? null));
  const openWeights = waiting.map(({ own }) => 1 - (own?.probability ?? 0));
  const sorted = [...withOwn, ...withoutOwn, ...open].sort((a, b) => a - b);
  const edges = Array.from({ length: bins - 1 }, (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / bins)]!);
  const [p, q, w] = [
    histogram(withOwn, weights, edges),
    histogram(withoutOwn, weights, edges),
    histogram(open, openWeights, edges),
  ];
  // Slope of the log-likelihood, which falls in the share.
  const slope = (share: number) =>
    w.reduce((sum, part, k) => sum + (part * (p[k]! - q[k]!)) / (share * p[k]! + (1 - share) * q[k]!), 0);
  let [low, high] = [0, 1];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Log-ratio of the best text but this one. */
function bestFit({ best }: PictureCandidates, but: string | null): number {
  const ratio = best.find(([text]) => text !== but)?.[1] ?? 0;
  return Math.log(Math.max(1e-12, ratio));
}

/** Shares of the weight, half a picture added to each bin. */
function histogram(values: readonly number[], weights: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(bins).fill(0.5);
  for (const [i, value] of values.entries()) counts[edges.filter((edge) => value >= edge).length]! += weights[i]!;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}
