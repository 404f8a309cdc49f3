import { AnagramError } from '../errors.ts';
import type { PairSet } from '../pair.ts';
import { Random } from '../random.ts';

/** A set and how often it is drawn from, in proportion to the others. */
export interface SharedSet {
  readonly set: PairSet;
  readonly share: number;
}

/** Draws made so far from each stratum (a category of a set). With the seed and the step, all that the order depends on. */
export type Cursors = readonly number[];

export interface Draw {
  readonly set: number;
  readonly index: number;
}

/** Pairs of one set that are gone through together, each once before any comes again. */
interface Stratum {
  readonly set: number;
  readonly category: string | null;
  /** The pairs' numbers; null = all of the set. */
  readonly members: Uint32Array | null;
  readonly size: number;
  order: { epoch: number; indices: Uint32Array } | null;
}

/**
 * The order of the pairs: a set is drawn by its share, a category of it by its weight, and within a category every pair
 * comes once, in an order shuffled anew for each epoch, before any comes again.
 */
export class Sampler {
  readonly #seed: number;
  readonly #shares: readonly number[];
  readonly #strata: readonly Stratum[][];
  readonly #cursors: number[][];

  /** @param options.byCategory False: one stratum for each set. @throws AnagramError `not-enough-data` */
  constructor(options: {
    sets: readonly SharedSet[];
    seed: number;
    byCategory: boolean;
    cursors?: readonly Cursors[];
  }) {
    const { sets, seed, byCategory, cursors } = options;
    for (const { set } of sets) {
      if (set.length > 0) continue;
      throw new AnagramError(
        'not-enough-data',
        `The set ${set.name} is empty. Expected at least one pair to train on.`,
        {
          needed: 1,
          found: 0,
        },
      );
    }
    this.#seed = seed;
    this.#shares = sets.map(({ share }) => share);
    this.#strata = sets.map(({ set }, number) => (byCategory ? strata(set, number) : [whole(set, number)]));
    this.#cursors = this.#strata.map((strata, set) => strata.map((_, at) => cursors?.[set]?.[at] ?? 0));
  }

  get cursors(): Cursors[] {
    return this.#cursors.map((cursors) => [...cursors]);
  }

  /** @param random The step's stream. @param weight Of a category. */
  draw(random: Random, weight: (category: string | null) => number): Draw {
    const set = pickWeighted(random, this.#shares);
    const strata = this.#strata[set]!;
    const at = pickWeighted(
      random,
      strata.map(({ category }) => weight(category)),
    );
    const stratum = strata[at]!;
    const cursor = this.#cursors[set]![at]!++;
    const epoch = Math.floor(cursor / stratum.size);
    if (stratum.order?.epoch !== epoch) stratum.order = { epoch, indices: this.#shuffled(stratum, epoch) };
    return { set, index: stratum.order.indices[cursor % stratum.size]! };
  }

  #shuffled({ set, category, members, size }: Stratum, epoch: number): Uint32Array {
    const indices = members ? members.slice() : Uint32Array.from({ length: size }, (_, i) => i);
    return new Random(this.#seed, 'order', set, category ?? '', epoch).shuffle(indices);
  }
}

/** @param weights Not negative, with a positive sum. */
export function pickWeighted(random: Random, weights: readonly number[]): number {
  let left = random.float() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let at = 0; at < weights.length - 1; at++) {
    left -= weights[at]!;
    if (left < 0) return at;
  }
  return weights.length - 1;
}

function whole(set: PairSet, number: number): Stratum {
  return { set: number, category: null, members: null, size: set.length, order: null };
}

function strata(set: PairSet, number: number): Stratum[] {
  const members = new Map<string | null, number[]>();
  for (let index = 0; index < set.length; index++) {
    const category = set.category(index);
    const list = members.get(category);
    if (list) list.push(index);
    else members.set(category, [index]);
  }
  if (members.size === 1) return [{ ...whole(set, number), category: set.category(0) }];
  return [...members]
    .sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))
    .map(([category, list]) => ({
      set: number,
      category,
      members: Uint32Array.from(list),
      size: list.length,
      order: null,
    }));
}
