import type { Random } from '@anagram/core';
import { byColour, byMaterial, bySolid, fill, nounOf, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { drawColours } from '../colours.ts';
import { between, drawStage, drawThing, placeTwo } from '../layout.ts';
import { drawMaterials } from '../materials.ts';
import type { Claim, Contrast, Phrase, Relation, Scene, Thing } from '../scene.ts';

type Two = readonly [Thing, Thing];

function drawTwo(random: Random, cast: Cast, sizes: readonly [number, number], drift: number, upright?: boolean) {
  const [a, b] = cast.pair(random);
  const stage = drawStage(random, cast);
  const spots = placeTwo(random, sizes, { drift, ...(upright !== undefined && { upright }) });
  const things: Two = [drawThing(random, a, spots[0]), drawThing(random, b, spots[1])];
  return { stage, things };
}

const together = ['{a} and {b}', 'there is {a} and {b}', '{a} next to {b}', 'a picture of {a} and {b}', '{a} with {b}'];

/** The two exchange one property: "a red cube and a blue ball" ↔ "a blue cube and a red ball". */
function exchange(
  random: Random,
  stage: Omit<Scene, 'things'>,
  scenes: readonly [Two, Two],
  say: (thing: Thing) => Phrase,
): Contrast {
  const template = random.pick(together);
  const order = random.shuffle([0, 1] as [0 | 1, 0 | 1]);
  const phrases = scenes.map((things) => order.map((k) => say(things[k]))) as [Phrase[], Phrase[]];
  const text = ([a, b]: Phrase[]) => fill(template, { a: withArticle(nounOf(a!)), b: withArticle(nounOf(b!)) });
  const claim = (present: Phrase[]): Claim => ({ kind: 'existence', present, absent: [] });
  return {
    scenes: [
      { ...stage, things: scenes[0] },
      { ...stage, things: scenes[1] },
    ],
    claims: [claim(phrases[0]), claim(phrases[1])],
    texts: [text(phrases[0]), text(phrases[1])],
  };
}

/** "a red cube and a blue ball" ↔ "a blue cube and a red ball". */
export function colour(random: Random, cast: Cast): Contrast {
  const size = between(random, 0.38, 0.46);
  const { stage, things } = drawTwo(random, cast, [size, size], 0.2);
  const [p, q] = drawColours(random);
  const painted = (a: typeof p, b: typeof p): Two => [
    { ...things[0], colour: a },
    { ...things[1], colour: b },
  ];
  return exchange(random, stage, [painted(p, q), painted(q, p)], byColour);
}

/** "a striped cube and a matt ball" ↔ "a matt cube and a striped ball". */
export function material(random: Random, cast: Cast): Contrast {
  const size = between(random, 0.4, 0.46);
  const { stage, things } = drawTwo(random, cast, [size, size], 0.2);
  const [p, q] = drawMaterials(random);
  const made = (a: typeof p, b: typeof p): Two => [
    { ...things[0], material: a },
    { ...things[1], material: b },
  ];
  return exchange(random, stage, [made(p, q), made(q, p)], byMaterial);
}

const opposites: { readonly [relation in Relation]: Relation } = {
  'left of': 'right of',
  'right of': 'left of',
  above: 'below',
  below: 'above',
};
const relationWords: { readonly [relation in Relation]: readonly [string, string] } = {
  'left of': ['to the left of', 'left of'],
  'right of': ['to the right of', 'right of'],
  above: ['above', 'over'],
  below: ['below', 'under'],
};
const related = ['{a} {word} {b}', '{a} is {word} {b}', 'there is {a} {word} {b}', 'a picture of {a} {word} {b}'];

/** The second caption keeps the subject and takes the opposite word, or keeps the word and exchanges the two. */
function turnRound(random: Random, say: (first: boolean, subjectFirst: boolean) => string): [string, string] {
  const subjectFirst = random.float() < 0.5;
  return [say(true, subjectFirst), say(false, random.float() < 0.5 ? subjectFirst : !subjectFirst)];
}

/** "a cube to the left of a ball" ↔ "a cube to the right of a ball", or "a ball to the left of a cube": the two change places. */
export function relativePosition(random: Random, cast: Cast): Contrast {
  const upright = random.float() < 0.5;
  const size = between(random, 0.36, 0.45);
  const { stage, things } = drawTwo(random, cast, [size, size], 0.08, upright);
  const [a, b] = things;
  const swapped: Two = [
    { ...a, x: b.x, y: b.y },
    { ...b, x: a.x, y: a.y },
  ];
  const first: Relation = upright ? 'above' : 'left of';
  const claim = (relation: Relation): Claim => ({
    kind: 'relation',
    subject: bySolid(a),
    relation,
    object: bySolid(b),
  });
  const template = random.pick(related);
  const synonym = random.below(2);
  const say = (asFirst: boolean, aIsSubject: boolean) => {
    const relation = asFirst === aIsSubject ? first : opposites[first];
    const nouns = (aIsSubject ? [a, b] : [b, a]).map((thing) => withArticle(nounOf(bySolid(thing))));
    return fill(template, { a: nouns[0]!, word: relationWords[relation][synonym]!, b: nouns[1]! });
  };
  return {
    scenes: [
      { ...stage, things },
      { ...stage, things: swapped },
    ],
    claims: [claim(first), claim(opposites[first])],
    texts: turnRound(random, say),
  };
}

const compared = [
  '{a} {word} than {b}',
  '{a} is {word} than {b}',
  '{a} that is {word} than {b}',
  'there is {a} {word} than {b}',
];

/** "a cube bigger than a ball" ↔ "a cube smaller than a ball", or "a ball bigger than a cube": the two change sizes. */
export function relativeSize(random: Random, cast: Cast): Contrast {
  const [big, small] = [between(random, 0.43, 0.47), between(random, 0.22, 0.27)];
  const { stage, things } = drawTwo(random, cast, [big, small], 0.2);
  const [a, b] = things;
  const swapped: Two = [
    { ...a, size: small },
    { ...b, size: big },
  ];
  const template = random.pick(compared);
  const words = random.pick([
    ['bigger', 'smaller'],
    ['larger', 'smaller'],
  ] as const);
  const say = (asFirst: boolean, aIsSubject: boolean) => {
    const nouns = (aIsSubject ? [a, b] : [b, a]).map((thing) => withArticle(nounOf(bySolid(thing))));
    return fill(template, { a: nouns[0]!, word: words[asFirst === aIsSubject ? 0 : 1], b: nouns[1]! });
  };
  return {
    scenes: [
      { ...stage, things },
      { ...stage, things: swapped },
    ],
    claims: [
      { kind: 'bigger', bigger: bySolid(a), smaller: bySolid(b) },
      { kind: 'bigger', bigger: bySolid(b), smaller: bySolid(a) },
    ],
    texts: turnRound(random, say),
  };
}

/** With, and without. */
const existences = [
  ['{a} and {b}', '{a} but no {noun}'],
  ['{a} and {b}', '{a} and no {noun}'],
  ['{a} with {b}', '{a} without {b}'],
  ['there is {a} and there is {b}', 'there is {a} and there is no {noun}'],
] as const;

/** "a cube and a ball" ↔ "a cube but no ball". */
export function negation(random: Random, cast: Cast): Contrast {
  const { stage, things } = drawTwo(random, cast, [between(random, 0.34, 0.46), between(random, 0.34, 0.46)], 0.2);
  const [a, b] = random.shuffle([...things]) as [Thing, Thing];
  const words = { a: withArticle(nounOf(bySolid(a))), b: withArticle(b.solid), noun: b.solid };
  const [withBoth, without] = random.pick(existences);
  return {
    scenes: [
      { ...stage, things: [a, b] },
      { ...stage, things: [a] },
    ],
    claims: [
      { kind: 'existence', present: [bySolid(a), bySolid(b)], absent: [] },
      { kind: 'existence', present: [bySolid(a)], absent: [bySolid(b)] },
    ],
    texts: [fill(withBoth, words), fill(without, words)],
  };
}
