import type { StepResult } from '@anagram/native';
import type { ResolvedSettings } from './settings.ts';

/**
 * Steps between a result and the first draw that knows it. Batches are prepared up to two steps ahead while a step runs,
 * so that the batch of step k can know the results up to step k - 3. The lag is fixed: a batch never depends on timing.
 */
export const resultLag = 3;

/** Which rows of a batch came from one draw, and the categories of its negatives. */
export interface DrawnRows {
  readonly rows: readonly number[];
  readonly categories: readonly string[];
}

/** What one step told about each category it saw: draws that were wrong, of how many. */
export interface Observation {
  readonly step: number;
  readonly categories: { readonly [category: string]: [wrong: number, total: number] };
}

type Settings = Pick<ResolvedSettings['curriculum'], 'floor' | 'momentum'>;

/** Moving average of each category's error, by name. */
export type CategoryErrors = { readonly [category: string]: number };

/** A draw is right when all of its rows beat their own negatives, both ways; rows without negatives say nothing. */
export function observe(
  step: number,
  { ownMargin }: Pick<StepResult, 'ownMargin'>,
  draws: readonly DrawnRows[],
): Observation {
  const categories: Record<string, [number, number]> = {};
  for (const draw of draws) {
    const margins = draw.rows.map((row) => ownMargin[row]!).filter((margin) => !Number.isNaN(margin));
    if (margins.length === 0) continue;
    const wrong = margins.some((margin) => margin <= 0) ? 1 : 0;
    for (const category of new Set(draw.categories)) {
      const counts = categories[category] ?? [0, 0];
      categories[category] = [counts[0] + wrong, counts[1] + 1];
    }
  }
  return { step, categories };
}

/** Error by category as it was `resultLag` steps ago, and the results that are too young to count. */
export class Curriculum {
  #errors: CategoryErrors;
  #pending: Observation[];
  readonly #settings: Settings;

  constructor(settings: Settings, state: { errors: CategoryErrors; pending: readonly Observation[] }) {
    this.#settings = settings;
    this.#errors = state.errors;
    this.#pending = [...state.pending];
  }

  add(observation: Observation): void {
    this.#pending.push(observation);
  }

  /** Takes in the results that the batch of `step` may know. Steps have to be asked for in order. */
  advanceTo(step: number): void {
    while (this.#pending[0] && this.#pending[0].step <= step - resultLag) this.#take(this.#pending.shift()!);
  }

  get errors(): CategoryErrors {
    return this.#errors;
  }

  /** Weight with which a category is drawn; one without a result counts as the mean of the others, 1 at first. */
  weight(category: string | null): number {
    const known = Object.values(this.#errors);
    const mean = known.length === 0 ? 1 : known.reduce((sum, error) => sum + error, 0) / known.length;
    return this.#settings.floor + ((category === null ? undefined : this.#errors[category]) ?? mean);
  }

  #take({ categories }: Observation): void {
    const errors = { ...this.#errors };
    for (const [category, [wrong, total]] of Object.entries(categories)) {
      const { momentum } = this.#settings;
      errors[category] = momentum * (errors[category] ?? 1) + (1 - momentum) * (wrong / total);
    }
    this.#errors = errors;
  }
}
