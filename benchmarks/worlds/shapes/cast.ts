import { Random } from '@anagram/core';
import { type Colour, colourNames } from './colours.ts';
import { type ShapeCategory, type ShapeSplit, shapeCategories } from './scene.ts';
import { long, pointed, type SolidName, solidNames, viewable } from './solids.ts';
import type { Style } from './styles.ts';

/** Shares of validation and test among the combinations; the rest is training's. */
const heldOut = { validation: 0.14, test: 0.14 } as const;

/** Which split a combination belongs to: always the same, whatever the seed. */
export function splitOf(...combination: readonly string[]): ShapeSplit {
  const draw = new Random('shapes split', ...combination).float();
  if (draw < heldOut.test) return 'test';
  return draw < heldOut.test + heldOut.validation ? 'validation' : 'train';
}

const pairs = Map.groupBy(
  solidNames.flatMap((a, i) => solidNames.slice(i + 1).map((b): [SolidName, SolidName] => [a, b])),
  (pair) => splitOf('pair', ...[...pair].sort()),
);

const solidsOf: { readonly [category in ShapeCategory]?: readonly SolidName[] } = {
  orientation: [...pointed, ...long],
  viewpoint: viewable,
};
const singles = new Map(
  shapeCategories.map((category) => {
    const all = (solidsOf[category] ?? solidNames).flatMap((solid) => colourNames.map((colour) => ({ solid, colour })));
    return [category, Map.groupBy(all, ({ solid, colour }) => splitOf(category, colour, solid))] as const;
  }),
);

/**
 * Who may appear in a split's scenes. Held out are pairs of solids in the categories with two, and in the others which solid has which
 * colour (as in CLEVR-CoGenT); every word of a caption is learnt in training, only never in this company.
 */
export interface Cast {
  pair(random: Random): [SolidName, SolidName];
  single(random: Random, category: ShapeCategory): { readonly solid: SolidName; readonly colour: Colour };
  style(random: Random): Style;
}

export function castOf({ styles, split }: { styles: readonly Style[]; split: ShapeSplit }): Cast {
  return {
    pair: (random) => random.shuffle([...random.pick(pairs.get(split)!)]),
    single: (random, category) => random.pick(singles.get(category)!.get(split)!),
    style: (random) => random.pick(styles),
  };
}
