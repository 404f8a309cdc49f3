import type { ImageFile, Pixels } from '../pair.ts';
import { pairwise } from './kernels.ts';
import {
  type CategoryReport,
  type ItemsOrigin,
  picturesOfItems,
  scorePrepared,
  taskFingerprint,
} from './score-prepared.ts';
import type { Score, Task } from './task.ts';

/** One picture, its text, and a text that is false of it. */
export interface TextChoiceItem {
  readonly id: string;
  readonly category: string;
  readonly image: Pixels | ImageFile;
  readonly text: string;
  readonly negativeText: string;
}

export interface TextChoiceReport extends CategoryReport {
  /** Unweighted mean of the categories' shares. */
  readonly mean: number;
  readonly categories: { readonly [category: string]: Score };
}

/**
 * How often the text beats its negative on its own picture, by category: SugarCrepe's measure (Hsieh et al. 2023), for
 * negatives that have no picture. Strict: a tie is wrong. Chance: 1/2. Items that share a picture are drawn together.
 */
export function textChoice(
  options: { name: string; items: readonly TextChoiceItem[] } & ItemsOrigin,
): Task<TextChoiceReport> {
  const { name } = options;
  const items = options.items.map(({ id, category, image, text, negativeText }) => ({
    id,
    category,
    images: [image],
    texts: [text, negativeText] as const,
  }));
  return {
    name,
    ...taskFingerprint(name, options),
    async run(knobs) {
      const report = await scorePrepared(
        name,
        items,
        'choice',
        {
          decide: ({ textImage }, ties) => ({ choice: pairwise(textImage(0, 0), textImage(1, 0), ties) }),
          chance: { choice: 1 / 2 },
        },
        options,
        knobs,
      );
      const names = Object.keys(report.detectability);
      const categories = Object.fromEntries(names.map((category) => [category, report.scores[`${category}.choice`]!]));
      const total = names.reduce((sum, category) => sum + categories[category]!.value, 0);
      return { ...report, mean: total / Math.max(1, names.length), categories };
    },
    picturesOf: async (failures) => picturesOfItems(items, failures),
  };
}
