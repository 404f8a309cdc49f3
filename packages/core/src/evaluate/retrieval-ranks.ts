import { giveWay } from '../pause.ts';
import { dot } from './task.ts';

/** Where the answers of each query stand. Those of the query's own group are right. */
export interface Ranked {
  /** Wrong answers that score at least as high as the best right one. */
  readonly rank: Int32Array;
  /** The best right answer and the best wrong one, and their scores; -1 and -∞ where every answer is right. */
  readonly bestRight: Int32Array;
  readonly bestWrong: Int32Array;
  readonly rightScore: Float64Array;
  readonly wrongScore: Float64Array;
  /** Queries of which a wrong answer scores the same as the best right one. */
  readonly ties: number;
}

/** Scores between two looks at the event loop and the signal. */
const scoresAtOnce = 2 ** 18;

/** The number of each value, in the order of their first. */
export function groupsOf(values: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(values, (value) => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  });
}

/**
 * Ranks every answer for every query.
 * @param queries (n, width), `answers` likewise.
 * @param groups (n): query and answer of one number belong together.
 */
export async function rankAll(
  queries: Float32Array,
  answers: Float32Array,
  groups: Int32Array,
  width: number,
  signal: AbortSignal | undefined,
): Promise<Ranked> {
  const n = groups.length;
  const found = {
    rank: new Int32Array(n),
    bestRight: new Int32Array(n).fill(-1),
    bestWrong: new Int32Array(n).fill(-1),
    rightScore: new Float64Array(n).fill(Number.NEGATIVE_INFINITY),
    wrongScore: new Float64Array(n).fill(Number.NEGATIVE_INFINITY),
  };
  const queriesAtOnce = Math.max(1, Math.floor(scoresAtOnce / n));
  let ties = 0;
  const scores = new Float64Array(n);
  for (let q = 0; q < n; q++) {
    const group = groups[q]!;
    for (let a = 0; a < n; a++) {
      const score = dot(queries, q, answers, a, width);
      scores[a] = score;
      const [best, place] =
        groups[a] === group ? [found.rightScore, found.bestRight] : [found.wrongScore, found.bestWrong];
      if (place[q]! >= 0 && !(score > best[q]!)) continue;
      best[q] = score;
      place[q] = a;
    }
    const right = found.rightScore[q]!;
    let tied = false;
    for (let a = 0; a < n; a++) {
      if (groups[a] === group) continue;
      if (scores[a]! >= right) found.rank[q]!++;
      if (scores[a] === right) tied = true;
    }
    if (tied) ties++;
    if (q % queriesAtOnce === 0) await giveWay(signal);
  }
  return { ...found, ties };
}

/**
 * The ranks of queries that are all the same, without a pass over all scores: what a model gets that lacks the queries' side.
 * @param scores (n): of the one query with each answer.
 */
export function rankByOneQuery(scores: Float64Array, groups: Int32Array): Int32Array {
  const ascending = scores.toSorted();
  const best = new Map<number, { score: number; count: number }>();
  for (const [answer, group] of groups.entries()) {
    const [score, known] = [scores[answer]!, best.get(group)];
    if (known && score < known.score) continue;
    best.set(group, { score, count: known?.score === score ? known.count + 1 : 1 });
  }
  return groups.map((group) => {
    const { score, count } = best.get(group)!;
    return scores.length - firstAtLeast(ascending, score) - count;
  });
}

/** The ranks among answers that are all the same: every wrong one ties. */
export function rankAmongEqual(groups: Int32Array): Int32Array {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return groups.map((group) => groups.length - sizes.get(group)!);
}

/** The first place in ascending values that is at least this. */
function firstAtLeast(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
