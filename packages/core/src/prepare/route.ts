import type { Duplicate, Route } from '../pair.ts';

/** What is known of a record before anything is changed. */
export interface RecordFacts {
  readonly hasImage: boolean;
  readonly hasText: boolean;
  /** Why it cannot be used, or null. */
  readonly problem: string | null;
  readonly duplicate: Duplicate | null;
  /** Probability that the pair is right; null for what is no pair. */
  readonly probability: number | null;
}

export interface Routed {
  readonly route: Route;
  /** Start of the verdict's reason. */
  readonly reason: string;
}

/**
 * Which way a record goes. Pure: it reads nothing but its arguments. Lone pictures and texts go to `match` first; what no
 * match is found for goes on to `caption` or `illustrate`.
 */
export function route(facts: RecordFacts, threshold: number): Routed {
  const { hasImage, hasText, problem, duplicate, probability } = facts;
  if (problem !== null) return { route: 'unreadable', reason: problem };
  if (!hasImage && !hasText) return { route: 'empty', reason: 'neither a picture nor a text' };
  if (duplicate) return { route: 'duplicate', reason: explainDuplicate(duplicate) };
  if (!hasText) return { route: 'match', reason: 'a picture without a text' };
  if (!hasImage) return { route: 'match', reason: 'a text without a picture' };
  if (probability === null) return { route: 'unreadable', reason: 'nothing scored this pair' };
  return probability >= threshold
    ? { route: 'keep', reason: `score ${show(probability)} at or above threshold ${show(threshold)}` }
    : { route: 'repair', reason: `score ${show(probability)} below threshold ${show(threshold)}` };
}

function explainDuplicate({ duplicateOf, kind, distance }: Duplicate): string {
  if (kind === 'text') return `the text of ${duplicateOf}`;
  if (kind === 'near') return `nearly the picture of ${duplicateOf} (${distance} of 64 bits differ), with its text`;
  if (kind === 'embedding')
    return `like the picture of ${duplicateOf} (cosine ${(1 - distance).toFixed(4)}), with its text`;
  return `the same ${kind} as ${duplicateOf}`;
}

/** A probability as reasons show it. */
export function show(probability: number): string {
  return probability.toFixed(3);
}
