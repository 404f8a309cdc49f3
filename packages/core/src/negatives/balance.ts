import { setImmediate } from 'node:timers/promises';
import type { NegativeCategory } from '../pair.ts';
import { Random } from '../random.ts';
import { type Detectability, detectability, foldOf, folds } from './detectability.ts';
import { wordBuckets, wordFeatures } from './word-model.ts';

/** What may become of one caption: negatives to choose from, in the order in which they would be taken. */
export interface BalanceGroup<T> {
  readonly caption: string;
  readonly candidates: readonly T[];
}

export interface Balanced<T> {
  /** Chosen candidates of each group, in the order of the groups. */
  readonly chosen: readonly (readonly T[])[];
  /** Of the first candidates of every group, without a choice. */
  readonly before: Detectability | null;
  readonly after: Detectability | null;
  readonly keptBefore: number;
  readonly keptAfter: number;
}

/** How dear the loss of a negative is, from never to always worth it. */
const rewards = [4, 2.8, 2, 1.4, 1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03, 0.01];
const passes = 5;
/** Fewer than this say too little to choose by. */
const fewestToBalance = 100;

/**
 * Chooses negatives of a set so that reading alone does not tell them from their captions. A change adds words and takes
 * words away; the choice brings what all changes add and take into balance, `red` into `blue` against `blue` into `red`, and
 * gives up as few negatives as it can until a classifier that is trained anew on what is left is near chance. What no caption
 * is balanced by (`no`, where captions deny nothing) goes.
 *
 * @param options.perGroup Most negatives of a caption, of different categories.
 * @param options.most Highest figure of either kind that counts as near chance, in (0.5, 1]; null takes the first candidates.
 */
export async function balance<T extends { readonly category: NegativeCategory; readonly text: string }>(
  groups: readonly BalanceGroup<T>[],
  options: { perGroup: number; most: number | null; seed: number },
): Promise<Balanced<T>> {
  const { perGroup, most, seed } = options;
  const first = groups.map(({ candidates }) => takeFirst(candidates, perGroup));
  const keptBefore = count(first);
  const before = measure(groups, first, seed);
  const isWell = (found: Detectability | null) =>
    found === null || most === null || Math.max(found.auroc, found.paired) <= most;
  if (keptBefore < fewestToBalance || isWell(before))
    return { chosen: first, before, after: before, keptBefore, keptAfter: keptBefore };
  const balancer = new Balancer(groups, perGroup, seed);
  for (const reward of rewards) {
    const chosen = await balancer.choose(reward);
    const after = measure(groups, chosen, seed);
    // A remainder too small to be measured is no proof.
    if ((after !== null && isWell(after)) || reward === rewards.at(-1))
      return { chosen, before, after, keptBefore, keptAfter: count(chosen) };
  }
  throw new Error('unreachable');
}

function takeFirst<T extends { readonly category: NegativeCategory }>(candidates: readonly T[], most: number): T[] {
  const taken: T[] = [];
  for (const candidate of candidates) {
    if (taken.length < most && !taken.some(({ category }) => category === candidate.category)) taken.push(candidate);
  }
  return taken;
}

const count = (chosen: readonly (readonly unknown[])[]): number => chosen.reduce((sum, each) => sum + each.length, 0);

function measure<T extends { readonly text: string }>(
  groups: readonly BalanceGroup<T>[],
  chosen: readonly (readonly T[])[],
  seed: number,
): Detectability | null {
  const pairs = chosen.flatMap((each, i) => each.map(({ text }) => [groups[i]!.caption, text] as const));
  return detectability(
    pairs.map(([caption]) => caption),
    pairs.map(([, text]) => text),
    { seed },
  );
}

/**
 * Coordinate descent on Σ_f (D_f² + 1.5 Σ_k D_fk²) / (N_f + 2) − reward · kept. D_f is how much oftener f is added than taken
 * away, D_fk the same within fifth k, and N_f how many candidates change it. The fifths count for themselves, or those that a
 * classifier learns of would be mirror images of the one that it is tested on, and every set would look well.
 */
class Balancer<T extends { readonly category: NegativeCategory; readonly text: string }> {
  readonly #groups: readonly (readonly Option<T>[])[];
  readonly #perGroup: number;
  readonly #order: number[];
  readonly #scale = new Float64Array(wordBuckets).fill(2);

  constructor(groups: readonly BalanceGroup<T>[], perGroup: number, seed: number) {
    this.#perGroup = perGroup;
    this.#groups = groups.map(({ caption, candidates }) => {
      const own = new Set(wordFeatures(caption));
      const fold = foldOf(caption, seed);
      return candidates.map((candidate) => ({ candidate, fold, changes: changesOf(own, candidate.text) }));
    });
    for (const { changes } of this.#groups.flat()) {
      for (const { feature } of changes) this.#scale[feature]!++;
    }
    this.#order = new Random('balance', seed).shuffle(groups.map((_, i) => i));
  }

  async choose(reward: number): Promise<T[][]> {
    const surplus = new Surplus(this.#scale);
    const chosen: Option<T>[][] = this.#groups.map(() => []);
    for (let pass = 0; pass < passes; pass++) {
      // Others have their turn: a pass over many captions takes a second.
      await setImmediate();
      for (const i of this.#order) {
        for (const option of chosen[i]!) surplus.add(option, -1);
        chosen[i] = [];
        for (let best = this.#best(i, chosen[i]!, surplus, reward); best; ) {
          chosen[i]!.push(best);
          surplus.add(best, 1);
          best = this.#best(i, chosen[i]!, surplus, reward);
        }
      }
    }
    return chosen.map((each) => each.map(({ candidate }) => candidate));
  }

  /** The cheapest option of a category that is not taken yet; null where none is worth it. */
  #best(i: number, taken: readonly Option<T>[], surplus: Surplus, reward: number): Option<T> | null {
    if (taken.length === this.#perGroup) return null;
    let best: Option<T> | null = null;
    let least = reward;
    for (const option of this.#groups[i]!) {
      if (taken.some(({ candidate }) => candidate.category === option.candidate.category)) continue;
      const cost = surplus.costOf(option);
      if (cost < least) [best, least] = [option, cost];
    }
    return best;
  }
}

interface Option<T> {
  readonly candidate: T;
  readonly fold: number;
  readonly changes: readonly Change[];
}

interface Change {
  readonly feature: number;
  /** 1 where the negative has it and the caption has not, −1 the other way round. */
  readonly sign: 1 | -1;
}

/** D_f and D_fk of what is chosen. */
class Surplus {
  readonly #all = new Int32Array(wordBuckets);
  readonly #byFold = Array.from({ length: folds }, () => new Int32Array(wordBuckets));
  readonly #scale: Float64Array;

  constructor(scale: Float64Array) {
    this.#scale = scale;
  }

  add({ changes, fold }: Option<unknown>, times: 1 | -1): void {
    for (const { feature, sign } of changes) {
      this.#all[feature]! += sign * times;
      this.#byFold[fold]![feature]! += sign * times;
    }
  }

  costOf({ changes, fold }: Option<unknown>): number {
    const own = this.#byFold[fold]!;
    let total = 0;
    for (const { feature, sign } of changes)
      total += (2 * sign * (this.#all[feature]! + 1.5 * own[feature]!)) / this.#scale[feature]!;
    return total;
  }
}

function changesOf(caption: ReadonlySet<number>, text: string): Change[] {
  const own = new Set(wordFeatures(text));
  return [
    ...[...own].filter((feature) => !caption.has(feature)).map((feature): Change => ({ feature, sign: 1 })),
    ...[...caption].filter((feature) => !own.has(feature)).map((feature): Change => ({ feature, sign: -1 })),
  ];
}
