import { isDeepStrictEqual } from 'node:util';
import { AnagramError, isAnagramError } from '../errors.ts';
import { Random } from '../random.ts';
import type { Outcomes, TaskReport } from './task.ts';

/** One score of two models on the same items. */
export interface ScoreComparison {
  readonly first: number;
  readonly second: number;
  /** Second less first, −1 … 1. */
  readonly difference: number;
  /** 95 % percentile bootstrap interval of the difference: both models are drawn on the same items. */
  readonly interval: readonly [number, number];
  /** Two-sided, by random flips of the signs of the groups' differences; above 0, at most 1. */
  readonly p: number;
  /** Decisions. */
  readonly n: number;
}

export interface CompareOptions {
  /** Draws and flips for each score; p is at least 1 / (resamples + 1). @default 1000 */
  readonly resamples?: number;
  /** @default 1 */
  readonly seed?: number;
}

/** What of a report is compared. */
export type ComparableReport = Pick<TaskReport, 'task' | 'outcomes' | 'files' | 'tieRule'>;

/**
 * Compares two models by their reports of one task: a paired bootstrap of the difference, and a sign-flip test, for each score.
 * Items that share a picture are drawn and flipped together. No correction is made for the number of scores.
 * @throws AnagramError `invalid-options` for reports of different tasks, files, tie rules or items, or without outcomes.
 */
export function compareReports(
  first: ComparableReport,
  second: ComparableReport,
  { resamples = 1000, seed = 1 }: CompareOptions = {},
): { [score: string]: ScoreComparison } {
  if (first.task !== second.task) throw refused(`one is of ${first.task}, the other of ${second.task}`);
  const { task } = first;
  if (!isDeepStrictEqual(first.files, second.files)) throw refused(`${task} was read from different files`);
  if ((first.tieRule ?? 'wrong') !== (second.tieRule ?? 'wrong'))
    throw refused(`${task} was scored under different rules for ties`);
  if (!first.outcomes || !second.outcomes) throw refused(`${task} was not scored, or its report holds no outcomes`);
  const [a, b] = [first.outcomes, second.outcomes];
  const names = Object.keys(a.scores);
  const shape = ({ scores }: Outcomes) =>
    names.map((name) => scores[name]?.map(({ counts, weight }) => [counts, weight]));
  const same = a.items === b.items && names.length === Object.keys(b.scores).length;
  if (!same || !isDeepStrictEqual(shape(a), shape(b))) throw refused(`${task} was scored on different items`);
  return Object.fromEntries(
    names.map((name) => [name, compareScore(a.scores[name]!, b.scores[name]!, resamples, seed)]),
  );
}

/** Two models on every task that both were measured on. */
export interface EvaluationComparison {
  readonly tasks: { readonly [task: string]: { readonly [score: string]: ScoreComparison } };
  /** Why the other tasks were not compared. */
  readonly refused: { readonly [task: string]: string };
}

/** Compares two models task by task, as `compareReports` does; a task that cannot be compared is refused with the reason. */
export function compareEvaluations(
  first: { readonly [task: string]: ComparableReport },
  second: { readonly [task: string]: ComparableReport },
  options: CompareOptions = {},
): EvaluationComparison {
  const tasks: Record<string, { [score: string]: ScoreComparison }> = {};
  const reasons: Record<string, string> = {};
  for (const name of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const [a, b] = [first[name], second[name]];
    if (!a || !b) {
      reasons[name] = `${name} was run on the ${a ? 'first' : 'second'} model alone. Run it on the other one too.`;
      continue;
    }
    try {
      tasks[name] = compareReports(a, b, options);
    } catch (error) {
      if (!isAnagramError(error, 'invalid-options')) throw error;
      reasons[name] = error.message;
    }
  }
  return { tasks, refused: reasons };
}

type Subsets = Outcomes['scores'][string];

function compareScore(a: Subsets, b: Subsets, resamples: number, seed: number): ScoreComparison {
  const scale = a.some(({ weight }) => weight !== undefined) ? 1 : a.length;
  const differences = a.map(({ sums, counts, weight }, s) => ({
    weight: weight ?? 1,
    gains: sums.map((sum, i) => b[s]!.sums[i]! - sum),
    counts,
    total: add(counts),
  }));
  const n = differences.reduce((sum, { total }) => sum + total, 0);
  const random = new Random('compare-reports', seed, n);
  const drawn = new Float64Array(resamples);
  const observed = add(differences.map(({ weight, gains, total }) => (weight * add(gains)) / total)) / scale;
  let asFar = 0;
  for (let r = 0; r < resamples; r++) {
    let [mean, flipped] = [0, 0];
    for (const { weight, gains, counts, total } of differences) {
      let [gain, count, flips] = [0, 0, 0];
      for (let i = 0; i < gains.length; i++) {
        const at = random.below(gains.length);
        gain += gains[at]!;
        count += counts[at]!;
        if (gains[i] !== 0) flips += random.below(2) === 0 ? gains[i]! : -gains[i]!;
      }
      mean += (weight * gain) / count;
      flipped += (weight * flips) / total;
    }
    drawn[r] = mean / scale;
    // Sums in another order differ in the last bits.
    if (Math.abs(flipped / scale) >= Math.abs(observed) - 1e-12) asFar++;
  }
  drawn.sort();
  const at = (share: number) => drawn[Math.min(resamples - 1, Math.floor(share * resamples))]!;
  const value = (subsets: Subsets) =>
    add(subsets.map(({ sums, counts, weight = 1 }) => (weight * add(sums)) / add(counts))) / scale;
  return {
    first: value(a),
    second: value(b),
    difference: observed,
    interval: [at(0.025), at(0.975)],
    p: (asFar + 1) / (resamples + 1),
    n,
  };
}

function add(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function refused(why: string): AnagramError<'invalid-options'> {
  const message = `These reports cannot be compared: ${why}. Expected two models on the same items.`;
  return new AnagramError('invalid-options', message, { where: 'compareReports' });
}
