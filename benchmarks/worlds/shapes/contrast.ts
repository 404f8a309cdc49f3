import { Random } from '@anagram/core';
import type { Cast } from './cast.ts';
import { absolutePosition, orientation, quantity, viewpoint } from './categories/one-thing.ts';
import { colour, material, negation, relativePosition, relativeSize } from './categories/two-things.ts';
import type { Contrast, ShapeCategory } from './scene.ts';

/** Version of the generator: the same version, styles and names give the same scenes, pixel by pixel. */
export const shapesVersion = 1;

const draw: { readonly [category in ShapeCategory]: (random: Random, cast: Cast) => Contrast } = {
  colour,
  material,
  quantity,
  'absolute-position': absolutePosition,
  'relative-position': relativePosition,
  'relative-size': relativeSize,
  orientation,
  viewpoint,
  negation,
};

/** @param names Name the stream of chance: seed, purpose, index. */
export function drawContrast(category: ShapeCategory, cast: Cast, ...names: readonly (number | string)[]): Contrast {
  const random = new Random('shapes', shapesVersion, category, ...names);
  const { scenes, claims, texts } = draw[category](random, cast);
  if (random.float() < 0.5) return { scenes, claims, texts };
  return { scenes: [scenes[1], scenes[0]], claims: [claims[1], claims[0]], texts: [texts[1], texts[0]] };
}
