import { safeEmitter } from '../events.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { bootstrap, bootstrapSubsets } from './bootstrap.ts';
import { dot, type Failure, type Score, type Task, type TaskReport } from './task.ts';

/** One picture, its text, and a text that is false of it. */
export interface TextChoiceItem {
  readonly id: string;
  readonly category: string;
  readonly image: Pixels | ImageFile;
  readonly text: string;
  readonly negativeText: string;
}

export interface TextChoiceReport extends TaskReport {
  /** Unweighted mean of the categories' shares. */
  readonly mean: number;
  readonly categories: { readonly [category: string]: Score };
}

/**
 * How often the text beats its negative on its own picture, by category: SugarCrepe's measure (Hsieh et al. 2023), for
 * negatives that have no picture. Strict: a tie is wrong. Chance: 1/2.
 */
export function textChoice(options: { name: string; items: readonly TextChoiceItem[] }): Task<TextChoiceReport> {
  const { name, items } = options;
  return {
    name,
    async run({ model, signal, onEvent }) {
      const emit = safeEmitter(onEvent);
      emit({ type: 'stage-start', stage: name, total: items.length });
      const knobs = signal ? { signal } : {};
      const images = await model.embedImages(
        items.map((item) => item.image),
        knobs,
      ); // (n, D)
      const texts = await model.embedTexts(
        items.flatMap((item) => [item.text, item.negativeText]),
        knobs,
      ); // (2n, D)
      const byCategory = new Map<string, number[]>();
      const failures: (Failure & { margin: number })[] = [];
      let ties = 0;
      items.forEach(({ id, category, text, negativeText }, k) => {
        const right = dot(images, k, texts, 2 * k, model.embedDim);
        const wrong = dot(images, k, texts, 2 * k + 1, model.embedDim);
        byCategory.set(category, [...(byCategory.get(category) ?? []), right > wrong ? 1 : 0]);
        if (right === wrong) ties++;
        if (right > wrong) return;
        failures.push({
          id,
          category,
          margin: right - wrong,
          detail: { texts: [text, negativeText], fits: [[true], [false]], cosines: [[right], [wrong]] },
        });
      });
      const categories = Object.fromEntries(
        [...byCategory].sort().map(([category, hits]) => [category, bootstrap(hits)]),
      );
      const names = Object.keys(categories);
      const mean = () =>
        bootstrapSubsets([...byCategory.values()].map((hits) => hits.map((sum) => ({ sum, count: 1 }))));
      const all = { ...categories, ...(items.length > 0 && { 'all.macro': mean() }) };
      emit({ type: 'stage-end', stage: name, done: items.length });
      return {
        task: name,
        mean: names.reduce((sum, category) => sum + categories[category]!.value, 0) / Math.max(1, names.length),
        categories,
        scores: Object.fromEntries(Object.entries(all).map(([category, score]) => [`${category}.choice`, score])),
        chance: Object.fromEntries(Object.keys(all).map((category) => [`${category}.choice`, 1 / 2])),
        ties,
        failures: failures.sort((a, b) => a.margin - b.margin).map(({ margin: _, ...failure }) => failure),
      };
    },
    async picturesOf(failures) {
      const byId = new Map(items.map(({ id, image }) => [id, [image]]));
      return failures.map(({ id }) => byId.get(id) ?? []);
    },
  };
}
