import type { Random } from '@anagram/core';
import { fillBoth, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { pickColours } from '../colours.ts';
import { between, drawBackground, drawThing, placeTwo } from '../layout.ts';
import type { Claim, Contrast } from '../scene.ts';

const templates = ['{a} and {b}', '{a} next to {b}', '{a} with {b}', 'there is {a} and {b}'];

/** Binding: "a red cat and a blue dog" ↔ "a blue cat and a red dog". */
export function colour(random: Random, cast: Cast): Contrast {
  const [a, b] = cast.pair(random);
  const [first, second] = pickColours(random);
  const spots = placeTwo(random, { sizes: [between(random, 0.38, 0.47), between(random, 0.38, 0.47)], drift: 0.2 });
  const background = drawBackground(random);
  const things = [drawThing(random, cast, a.emoji, spots[0]), drawThing(random, cast, b.emoji, spots[1])] as const;
  const orders = [
    [first, second],
    [second, first],
  ] as const;
  const scene = ([colourA, colourB]: (typeof orders)[number]) => ({
    background,
    things: [
      { ...things[0], colour: colourA },
      { ...things[1], colour: colourB },
    ],
  });
  const claim = ([colourA, colourB]: (typeof orders)[number]): Claim => ({
    kind: 'coloured',
    things: [
      { emoji: a.emoji, colour: colourA },
      { emoji: b.emoji, colour: colourB },
    ],
  });
  const words = ([colourA, colourB]: (typeof orders)[number]) => ({
    a: withArticle(`${colourA} ${a.noun}`),
    b: withArticle(`${colourB} ${b.noun}`),
  });
  return {
    scenes: [scene(orders[0]), scene(orders[1])],
    claims: [claim(orders[0]), claim(orders[1])],
    texts: fillBoth(random, templates, [words(orders[0]), words(orders[1])]),
  };
}
