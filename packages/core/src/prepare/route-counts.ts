import type { Route, Verdict } from '../pair.ts';

/** Where the records of a prepared folder would go. */
export interface RouteCounts {
  /** Kept as the source delivered them. */
  readonly keep: number;
  /** Kept by what the folder's own run found for them, where that scores at or above the threshold too. */
  readonly repair: number;
  readonly match: number;
  readonly caption: number;
  readonly illustrate: number;
  /** Kept by that run as delivered, now below the threshold: another run would try to repair them. */
  readonly untried: number;
  readonly rejected: number;
  readonly duplicate: number;
  /** Unreadable or empty. */
  readonly unusable: number;
}

const names = [
  'keep',
  'repair',
  'match',
  'caption',
  'illustrate',
  'untried',
  'rejected',
  'duplicate',
  'unusable',
] as const satisfies readonly (keyof RouteCounts)[];

/**
 * Records by route at each threshold, from the verdicts of one run at one threshold. What another run would find for records that
 * this one did not try, or found too little for, is not known: `repair`, `match`, `caption` and `illustrate` are the least there
 * would be.
 */
export function countRoutes(verdicts: readonly Verdict[], thresholds: readonly number[]): RouteCounts[] {
  const sorted = [...thresholds].sort((a, b) => a - b);
  // Changes of each count on the way through the sorted thresholds.
  const changes = names.map(() => new Int32Array(sorted.length + 1));
  const add = (name: keyof RouteCounts, from: number, to: number) => {
    const own = changes[names.indexOf(name)]!;
    own[from]! += 1;
    own[Math.max(from, to)]! -= 1;
  };
  for (const verdict of verdicts) {
    const fixed = fixedRoute(verdict.route);
    const asItIs = fixed === null ? reach(sorted, verdict.score) : 0;
    const changed = fixed === null ? Math.max(asItIs, reach(sorted, verdict.repaired?.score ?? null)) : 0;
    add('keep', 0, asItIs);
    if (verdict.repaired && fixed === null) add(verdict.route as 'repair', asItIs, changed);
    add(fixed ?? (verdict.route === 'keep' ? 'untried' : 'rejected'), changed, sorted.length);
  }
  const running = names.map(() => 0);
  const byThreshold = new Map<number, RouteCounts>();
  for (const [at, threshold] of sorted.entries()) {
    for (const k of running.keys()) running[k]! += changes[k]![at]!;
    byThreshold.set(threshold, Object.fromEntries(names.map((name, k) => [name, running[k]!])) as never);
  }
  return thresholds.map((threshold) => byThreshold.get(threshold)!);
}

/** Of records that no threshold changes. */
function fixedRoute(route: Route): 'duplicate' | 'unusable' | null {
  if (route === 'duplicate') return route;
  return route === 'unreadable' || route === 'empty' ? 'unusable' : null;
}

/** How many of the sorted thresholds a score reaches. */
function reach(sorted: readonly number[], score: number | null): number {
  if (score === null) return 0;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= score) low = middle + 1;
    else high = middle;
  }
  return low;
}
