import type { Random } from '@anagram/core';
import { fill, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { between, drawBackground, drawThing, placeTwo } from '../layout.ts';
import type { Claim, Contrast, Relation } from '../scene.ts';

const opposites: { readonly [relation in Relation]: Relation } = {
  'left of': 'right of',
  'right of': 'left of',
  above: 'below',
  below: 'above',
};
const words: { readonly [relation in Relation]: readonly string[] } = {
  'left of': ['to the left of', 'left of'],
  'right of': ['to the right of', 'right of'],
  above: ['above', 'over'],
  below: ['below', 'under'],
};
const templates = ['{a} {relation} {b}', '{a} is {relation} {b}', 'there is {a} {relation} {b}'];

/** "a cat to the left of a dog" ↔ "a cat to the right of a dog", or "a dog to the left of a cat": the two change places. */
export function relativePosition(random: Random, cast: Cast): Contrast {
  const [a, b] = cast.pair(random);
  const upright = random.float() < 0.5;
  const size = between(random, 0.36, 0.46);
  const spots = placeTwo(random, { sizes: [size, size], drift: 0.08, upright });
  const background = drawBackground(random);
  const things = [drawThing(random, cast, a.emoji, spots[0]), drawThing(random, cast, b.emoji, spots[1])] as const;
  const swapped = [
    { ...things[0], x: spots[1].x, y: spots[1].y },
    { ...things[1], x: spots[0].x, y: spots[0].y },
  ];
  const first: Relation = upright ? 'above' : 'left of';
  const claim = (relation: Relation): Claim => ({ kind: 'relation', subject: a.emoji, relation, object: b.emoji });

  const template = random.pick(templates);
  const synonym = random.below(2);
  const nouns = random.shuffle([a, b].map(({ noun }) => withArticle(noun)));
  const said = nouns[0] === withArticle(a.noun) ? first : opposites[first];
  const text = (subject: string, relation: Relation, object: string) =>
    fill(template, { a: subject, relation: words[relation][synonym]!, b: object });
  return {
    scenes: [
      { background, things },
      { background, things: swapped },
    ],
    claims: [claim(first), claim(opposites[first])],
    texts: [
      text(nouns[0]!, said, nouns[1]!),
      random.float() < 0.5 ? text(nouns[0]!, opposites[said], nouns[1]!) : text(nouns[1]!, said, nouns[0]!),
    ],
  };
}
