import type { PictureCandidates } from './retrieve.ts';

/** Chance, before looking, that the corpus has the right text of a picture at all. */
const inPool = 0.5;

/** A text that was found for a picture. */
export interface Candidate {
  readonly text: string;
  /** Likelihood ratio of "this text is the picture's" to "it is a random one". */
  readonly ratio: number;
  readonly probability: number;
}

/**
 * Probability that a text is the picture's, given that it was picked out of the pool by its score: the best of a thousand
 * wrong texts scores high too, so the pair's own probability would be too kind. By Bayes over all texts of the pool and the
 * chance that none of them is right.
 */
export function posteriors({ mean, best }: PictureCandidates, poolSize: number): Candidate[] {
  const evidence = 1 - inPool + inPool * mean;
  return best.map(([text, ratio]) => ({ text, ratio, probability: ((inPool / poolSize) * ratio) / evidence }));
}

/** What would have been found in a pool that lacks this text. */
export function leaveOut({ id, mean, best }: PictureCandidates, text: string, poolSize: number): PictureCandidates {
  const ratio = best.find((one) => one[0] === text)?.[1] ?? 0;
  return { id, mean: mean - ratio / poolSize, best: best.filter((one) => one[0] !== text) };
}
