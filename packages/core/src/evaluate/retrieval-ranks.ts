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
 * Ranks every text for every picture and every picture for every text, from one product of each picture with each text.
 * @param images (n, width), `texts` likewise.
 * @param groups (n): picture and text of one number belong together.
 */
export async function rankBothWays(
  images: Float32Array,
  texts: Float32Array,
  groups: Int32Array,
  width: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly imageToText: Ranked; readonly textToImage: Ranked }> {
  const n = groups.length;
  const [imageToText, textToImage] = [new Ranking(n), new Ranking(n)];
  const members = Map.groupBy(groups.keys(), (row) => groups[row]!);
  let scored = 0;
  // The right answers first: what counts of the wrong ones is known as soon as they are scored.
  for (let i = 0; i < n; i++) {
    for (const t of members.get(groups[i]!)!) {
      const score = dot(images, i, texts, t, width);
      imageToText.right(i, t, score);
      textToImage.right(t, i, score);
      if (++scored % scoresAtOnce === 0) await giveWay(signal);
    }
  }
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < n; t++) {
      if (groups[i] === groups[t]) continue;
      const score = dot(images, i, texts, t, width);
      imageToText.wrong(i, t, score);
      textToImage.wrong(t, i, score);
    }
    scored += n;
    if (scored >= scoresAtOnce || i === 0) {
      scored = 0;
      await giveWay(signal);
    }
  }
  return { imageToText: imageToText.ranked(), textToImage: textToImage.ranked() };
}

/** Takes the right answers of every query, then its wrong ones; among equal scores the first is the best. */
class Ranking {
  readonly #found: Omit<Ranked, 'ties'>;
  readonly #tied: Uint8Array;

  constructor(n: number) {
    this.#tied = new Uint8Array(n);
    this.#found = {
      rank: new Int32Array(n),
      bestRight: new Int32Array(n).fill(-1),
      bestWrong: new Int32Array(n).fill(-1),
      rightScore: new Float64Array(n).fill(Number.NEGATIVE_INFINITY),
      wrongScore: new Float64Array(n).fill(Number.NEGATIVE_INFINITY),
    };
  }

  right(query: number, answer: number, score: number): void {
    const { bestRight, rightScore } = this.#found;
    if (bestRight[query]! >= 0 && !(score > rightScore[query]!)) return;
    rightScore[query] = score;
    bestRight[query] = answer;
  }

  wrong(query: number, answer: number, score: number): void {
    const { rank, bestWrong, rightScore, wrongScore } = this.#found;
    if (score >= rightScore[query]!) rank[query]!++;
    if (score === rightScore[query]) this.#tied[query] = 1;
    if (bestWrong[query]! >= 0 && !(score > wrongScore[query]!)) return;
    wrongScore[query] = score;
    bestWrong[query] = answer;
  }

  ranked(): Ranked {
    return { ...this.#found, ties: this.#tied.reduce((sum, tied) => sum + tied, 0) };
  }
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
