import { bootstrapSubsets, type Unit } from './bootstrap.ts';
import type { Score } from './task.ts';

/** Items of a figure: each subset is averaged over its items, and the figure is the unweighted mean of the subsets. */
export type Subsets<T> = readonly (readonly T[])[];

/**
 * Subsets that count by a weight each: sources within types, or the difference of two (1 and −1). Where one has no items, there is no
 * figure.
 */
export interface Weighted<T> {
  readonly subsets: Subsets<T>;
  readonly weights: readonly number[];
}

/** Subsets and their weights; none where all count the same. */
export function parts<T>(figure: Subsets<T> | Weighted<T>): { subsets: Subsets<T>; weights?: readonly number[] } {
  return 'weights' in figure ? figure : { subsets: figure };
}

/** The first less the second. */
export function difference<T>(first: readonly T[], second: readonly T[]): Weighted<T> {
  return { subsets: [first, second], weights: [1, -1] };
}

/** Means of means: every key counts the same, and within it every inner key. */
export function nested<T>(items: readonly T[], key: (item: T) => string, inner: (item: T) => string): Weighted<T> {
  const outer = [...byKey(items, key).values()].map((own) => macro(own, inner));
  return {
    subsets: outer.flat(),
    weights: outer.flatMap((own) => own.map(() => 1 / outer.length / own.length)),
  };
}

/** Every item counts the same. */
export function micro<T>(items: readonly T[]): Subsets<T> {
  return [items];
}

/**
 * Every key counts the same, however many items have it.
 * @param minCount Keys with fewer items are left out. @default 1
 * @param exclude Keys that are left out.
 */
export function macro<T>(
  items: readonly T[],
  key: (item: T) => string,
  { minCount = 1, exclude = [] }: { minCount?: number; exclude?: readonly string[] } = {},
): Subsets<T> {
  const out = new Set(exclude);
  return [...byKey(items, key)]
    .filter(([name, members]) => members.length >= minCount && !out.has(name))
    .map(([, members]) => members);
}

/** Items by key, in the order in which keys first appear. */
export function byKey<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, key);
}

/** A figure for each key, over the items that have it. */
export function each<T>(items: readonly T[], key: (item: T) => string): { [key: string]: Subsets<T> } {
  return Object.fromEntries([...byKey(items, key)].map(([name, members]) => [name, micro(members)]));
}

/**
 * Mean of the subsets' means with its 95 % bootstrap interval. Clusters are drawn with replacement within each
 * subset: items that share a picture are not independent, and an interval that took them so would be too narrow.
 * @param values Figures of an item, usually 0 or 1; an item may hold several decisions, or none.
 * @param cluster Items with the same name are drawn together.
 * @returns null where there is no decision.
 */
export function meanOfSubsets<T>(
  figure: Subsets<T> | Weighted<T>,
  values: (item: T) => readonly number[],
  cluster: (item: T) => string,
): Score | null {
  const { subsets, weights } = parts(figure);
  const units = unitsOf(subsets, values, cluster);
  if (units.length === 0 || (weights && units.length < weights.length)) return null;
  return bootstrapSubsets(units, weights ? { weights } : {});
}

/** What is drawn as one, by subset: the items of each cluster that hold a decision. Subsets without any are left out. */
export function unitsOf<T>(
  subsets: Subsets<T>,
  values: (item: T) => readonly number[],
  cluster: (item: T) => string,
): Unit[][] {
  return subsets
    .map((items) => {
      const byCluster = new Map<string, Unit>();
      for (const item of items) {
        const own = values(item);
        const { sum, count } = byCluster.get(cluster(item)) ?? { sum: 0, count: 0 };
        byCluster.set(cluster(item), {
          sum: own.reduce((total, value) => total + value, sum),
          count: count + own.length,
        });
      }
      return [...byCluster.values()].filter(({ count }) => count > 0);
    })
    .filter((clusters) => clusters.length > 0);
}
