import type { ImageFile, Pixels } from '../pair.ts';
import { textImageGroup, textImageGroupChance } from './benchmark/text-image-group.ts';
import { matrix2x2 } from './kernels.ts';
import {
  type CategoryReport,
  type ItemsOrigin,
  picturesOfItems,
  scorePrepared,
  taskFingerprint,
} from './score-prepared.ts';
import type { Score, Task } from './task.ts';

/** Two pictures and two texts; picture k fits text k and not the other. */
export interface CompositionItem {
  readonly id: string;
  readonly category: string;
  readonly images: readonly [Pixels | ImageFile, Pixels | ImageFile];
  readonly texts: readonly [string, string];
}

/** Text, image and group score (Thrush et al. 2022, Winoground), strict: a tie is wrong. Chance: 1/4, 1/4, 1/6. */
export interface CompositionScores {
  readonly text: Score;
  readonly image: Score;
  readonly group: Score;
}

export interface CompositionReport extends CategoryReport {
  /** Unweighted mean of the categories' group scores. */
  readonly mean: number;
  readonly categories: { readonly [category: string]: CompositionScores };
}

export interface Decision {
  readonly text: boolean;
  readonly image: boolean;
  readonly tie: boolean;
  /** Least of the four differences that have to be above 0. */
  readonly margin: number;
}

/**
 * Decides one item from its four cosines.
 * @param s `s[c][i]`: text c with picture i.
 */
export function decide(s: readonly [readonly [number, number], readonly [number, number]]): Decision {
  const { text, image, group } = matrix2x2(s);
  return { text: text.right, image: image.right, tie: group.tie, margin: group.margin };
}

/** Compositional reasoning by categories, scored both ways as Winoground does. Items that share a picture are drawn together. */
export function composition(
  options: { name: string; items: readonly CompositionItem[] } & ItemsOrigin,
): Task<CompositionReport> {
  const { name, items } = options;
  return {
    name,
    ...taskFingerprint(name, options),
    async run(knobs) {
      const scoring = { decide: textImageGroup, chance: textImageGroupChance };
      const report = await scorePrepared(name, items, 'group', scoring, options, knobs);
      const categories: { [category: string]: CompositionScores } = {};
      for (const category of Object.keys(report.detectability)) {
        const [text, image, group] = ['text', 'image', 'group'].map(
          (metric) => report.scores[`${category}.${metric}`]!,
        );
        categories[category] = { text: text!, image: image!, group: group! };
      }
      const groups = Object.values(categories).map(({ group }) => group.value);
      return {
        ...report,
        mean: groups.reduce((sum, value) => sum + value, 0) / Math.max(1, groups.length),
        categories,
      };
    },
    picturesOf: async (failures) => picturesOfItems(items, failures),
  };
}
