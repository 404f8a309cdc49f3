import type { Random } from '@anagram/core';
import { fill, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { between, drawBackground, drawThing, placeUnequal } from '../layout.ts';
import type { Claim, Contrast } from '../scene.ts';

const comparatives = [
  ['bigger', 'smaller'],
  ['larger', 'smaller'],
] as const;
const templates = [
  '{a} {comparative} than {b}',
  '{a} that is {comparative} than {b}',
  'there is {a} {comparative} than {b}',
];

/** "a cat bigger than a dog" ↔ "a cat smaller than a dog", or "a dog bigger than a cat": the two change sizes. */
export function relativeSize(random: Random, cast: Cast): Contrast {
  const [a, b] = cast.pair(random);
  const big = between(random, 0.47, 0.53);
  const small = big / between(random, 1.65, 1.9);
  const spots = placeUnequal(random, big, small, 0.18);
  const background = drawBackground(random);
  const things = [drawThing(random, cast, a.emoji, spots[0]), drawThing(random, cast, b.emoji, spots[1])] as const;
  const scene = (sizes: readonly [number, number]) => ({
    background,
    things: [
      { ...things[0], size: sizes[0] },
      { ...things[1], size: sizes[1] },
    ],
  });
  const claim = (bigger: string, smaller: string): Claim => ({ kind: 'bigger', bigger, smaller });

  const template = random.pick(templates);
  const [biggerWord, smallerWord] = random.pick(comparatives);
  const text = (subject: string, comparative: string, object: string) =>
    fill(template, { a: subject, comparative, b: object });
  const [first, second] = [withArticle(a.noun), withArticle(b.noun)];
  const [one, other] = random.float() < 0.5 ? [biggerWord, smallerWord] : [smallerWord, biggerWord];
  const subjects = one === biggerWord ? ([first, second] as const) : ([second, first] as const); // true of the first scene
  return {
    scenes: [scene([big, small]), scene([small, big])],
    claims: [claim(a.emoji, b.emoji), claim(b.emoji, a.emoji)],
    texts: [
      text(subjects[0], one, subjects[1]),
      random.float() < 0.5 ? text(subjects[0], other, subjects[1]) : text(subjects[1], one, subjects[0]),
    ],
  };
}
