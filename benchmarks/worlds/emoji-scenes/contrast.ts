import { Random } from '@anagram/core';
import type { Cast } from './cast.ts';
import { absolutePosition } from './categories/absolute-position.ts';
import { absoluteSize } from './categories/absolute-size.ts';
import { colour } from './categories/colour.ts';
import { negation } from './categories/negation.ts';
import { quantity } from './categories/quantity.ts';
import { relativePosition } from './categories/relative-position.ts';
import { relativeSize } from './categories/relative-size.ts';
import { verb } from './categories/verb.ts';
import type { Contrast, SceneCategory } from './scene.ts';

/** Version of the generator: the same version, artwork, cast and names give the same scenes, pixel by pixel. */
export const emojiScenesVersion = 1;

const draw: { readonly [category in SceneCategory]: (random: Random, cast: Cast) => Contrast } = {
  colour,
  quantity,
  'absolute-position': absolutePosition,
  'relative-position': relativePosition,
  'absolute-size': absoluteSize,
  'relative-size': relativeSize,
  verb,
  negation,
};

/** @param names Name the stream of chance: seed, purpose, index. */
export function drawContrast(category: SceneCategory, cast: Cast, ...names: readonly (number | string)[]): Contrast {
  const random = new Random('emoji-scenes', emojiScenesVersion, category, ...names);
  const { scenes, claims, texts } = draw[category](random, cast);
  if (random.float() < 0.5) return { scenes, claims, texts };
  return { scenes: [scenes[1], scenes[0]], claims: [claims[1], claims[0]], texts: [texts[1], texts[0]] };
}
