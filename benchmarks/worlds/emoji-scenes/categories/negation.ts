import type { Random } from '@anagram/core';
import { fill, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { between, drawBackground, drawThing, placeTwo } from '../layout.ts';
import type { Contrast } from '../scene.ts';

/** With, and without. `{a}` and `{b}` carry their articles, `{noun}` is the second thing's bare noun. */
const templates = [
  ['{a} and {b}', '{a} but no {noun}'],
  ['{a} and {b}', '{a} and no {noun}'],
  ['{a} with {b}', '{a} without {b}'],
  ['there is {a} and there is {b}', 'there is {a} and there is no {noun}'],
] as const;

/** Existence: "a cat and a dog" ↔ "a cat but no dog". */
export function negation(random: Random, cast: Cast): Contrast {
  const [a, b] = cast.pair(random);
  const spots = random.shuffle(
    placeTwo(random, { sizes: [between(random, 0.34, 0.47), between(random, 0.34, 0.47)], drift: 0.2 }),
  );
  const background = drawBackground(random);
  const things = [drawThing(random, cast, a.emoji, spots[0]), drawThing(random, cast, b.emoji, spots[1])] as const;
  const words = { a: withArticle(a.noun), b: withArticle(b.noun), noun: b.noun };
  const [withBoth, without] = random.pick(templates);
  return {
    scenes: [
      { background, things },
      { background, things: [things[0]] },
    ],
    claims: [
      { kind: 'existence', present: [a.emoji, b.emoji], absent: [] },
      { kind: 'existence', present: [a.emoji], absent: [b.emoji] },
    ],
    texts: [fill(withBoth, words), fill(without, words)],
  };
}
