import type { Random } from '@anagram/core';
import { fillBoth, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { between, drawBackground, drawThing, placeOne } from '../layout.ts';
import type { Contrast } from '../scene.ts';

const adjectives = [
  ['big', 'small'],
  ['large', 'little'],
] as const;
const templates = ['{thing}', 'there is {thing}', 'a picture of {thing}'];

/** "a big cat" ↔ "a small cat": the same cat in the same place. */
export function absoluteSize(random: Random, cast: Cast): Contrast {
  const object = cast.single(random, 'absolute-size');
  const spot = placeOne(random, { x: 0.5, y: 0.5, jitter: 0.1, size: between(random, 0.66, 0.84) });
  const big = drawThing(random, cast, object.emoji, spot);
  const small = { ...big, size: between(random, 0.28, 0.35) };
  const background = drawBackground(random);
  const [bigWord, smallWord] = random.pick(adjectives);
  return {
    scenes: [
      { background, things: [big] },
      { background, things: [small] },
    ],
    claims: [
      { kind: 'size', emoji: object.emoji, size: 'big' },
      { kind: 'size', emoji: object.emoji, size: 'small' },
    ],
    texts: fillBoth(random, templates, [
      { thing: withArticle(`${bigWord} ${object.noun}`) },
      { thing: withArticle(`${smallWord} ${object.noun}`) },
    ]),
  };
}
