import type { Random } from '@anagram/core';
import { byColour, fill, nounOf, numbers, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { between, drawStage, drawThing, placeMany, placeOne } from '../layout.ts';
import type { Claim, Contrast, Phrase, Place, Scene, ShapeCategory, Thing, Turn, View } from '../scene.ts';
import { pointed } from '../solids.ts';
import { places } from '../truth.ts';

function drawOne(random: Random, cast: Cast, category: ShapeCategory, size: number) {
  const { solid, colour } = cast.single(random, category);
  const stage = drawStage(random, cast);
  const thing: Thing = { ...drawThing(random, solid, placeOne(random, 0.5, 0.5, 0.25, size)), colour };
  return { stage, thing };
}

/** Two scenes and what one template says of them. */
function contrast(random: Random, templates: readonly string[], what: Phrase, sides: readonly [Side, Side]): Contrast {
  const template = random.pick(templates);
  const text = ({ word }: Side) => fill(template, { a: withArticle(nounOf(what)), word });
  return {
    scenes: [sides[0].scene, sides[1].scene],
    claims: [sides[0].claim, sides[1].claim],
    texts: [text(sides[0]), text(sides[1])],
  };
}
interface Side {
  readonly scene: Scene;
  readonly claim: Claim;
  readonly word: string;
}

const counts = ['{things}', 'there {is} {things}', 'a picture of {things}', 'exactly {things}'];

/** "three red cubes" ↔ "two red cubes": one to five, the fewer stand where they stood. */
export function quantity(random: Random, cast: Cast): Contrast {
  const { solid, colour } = cast.single(random, 'quantity');
  const stage = drawStage(random, cast);
  const [fewer, more] = pickCounts(random);
  const like = drawThing(random, solid, { x: 0, y: 0, size: 0 });
  const things = placeMany(random, more, between(random, 0.26, 0.3)).map((spot) => ({ ...like, colour, ...spot }));
  const template = random.pick(counts);
  const side = (count: number) => ({
    scene: { ...stage, things: things.slice(0, count) },
    claim: { kind: 'count', of: { solid, colour }, count } as const,
    text: fill(template, {
      things: `${numbers[count]} ${nounOf({ solid, colour }, count)}`,
      is: count === 1 ? 'is' : 'are',
    }),
  });
  const [a, b] = [side(fewer), side(more)];
  return { scenes: [a.scene, b.scene], claims: [a.claim, b.claim], texts: [a.text, b.text] };
}

const placeNames = Object.keys(places) as Place[];
const placed = ['{a} {word}', 'there is {a} {word}', '{a} is {word}', 'a picture of {a} {word}'];

/** "a red cube at the top left" ↔ "a red cube at the bottom". */
export function absolutePosition(random: Random, cast: Cast): Contrast {
  const { stage, thing } = drawOne(random, cast, 'absolute-position', between(random, 0.28, 0.34));
  const what = byColour(thing);
  const side = (place: Place): Side => ({
    scene: { ...stage, things: [{ ...thing, ...placeOne(random, ...places[place], 0.03, thing.size) }] },
    claim: { kind: 'at', what, place },
    word: `${/^(left|right)$/.test(place) ? 'on' : place === 'centre' ? 'in' : 'at'} the ${place}`,
  });
  const [a, b] = random.shuffle([...placeNames]);
  return contrast(random, placed, what, [side(a!), side(b!)]);
}

const pointing: { readonly [turn in Turn]: string } = {
  up: 'pointing up',
  down: 'pointing down',
  left: 'pointing to the left',
  right: 'pointing to the right',
};
const turned = ['{a} {word}', '{a} is {word}', 'there is {a} {word}', 'a picture of {a} {word}'];

/** "a red cone pointing up" ↔ "a red cone pointing to the left"; "a red pillar standing upright" ↔ "… lying on its side". */
export function orientation(random: Random, cast: Cast): Contrast {
  const { stage, thing } = drawOne(random, cast, 'orientation', between(random, 0.5, 0.66));
  const what = byColour(thing);
  const side = (turn: Turn, turns: readonly Turn[], word: string): Side => ({
    scene: { ...stage, things: [{ ...thing, turn }] },
    claim: { kind: 'turned', what, turns },
    word,
  });
  if ((pointed as readonly string[]).includes(thing.solid)) {
    const [a, b] = random.shuffle(Object.keys(pointing) as Turn[]);
    return contrast(random, turned, what, [side(a!, [a!], pointing[a!]), side(b!, [b!], pointing[b!])]);
  }
  return contrast(random, turned, what, [
    side('up', ['up', 'down'], 'standing upright'),
    side(random.pick(['left', 'right']), ['left', 'right'], 'lying on its side'),
  ]);
}

const views: { readonly [view in View]: readonly [words: string, from: number, to: number] } = {
  above: ['from above', 1, 1.3],
  side: ['from the side', 0.05, 0.15],
  below: ['from below', -1.3, -1],
};
const seen = ['{a} seen {word}', '{a} {word}', 'a picture of {a} {word}', 'looking at {a} {word}'];

/** "a red cone seen from above" ↔ "a red cone seen from the side": the camera moves, the solid stays. */
export function viewpoint(random: Random, cast: Cast): Contrast {
  const { stage, thing } = drawOne(random, cast, 'viewpoint', between(random, 0.5, 0.66));
  const what = byColour(thing);
  const side = (view: View): Side => ({
    scene: { ...stage, pitch: between(random, views[view][1], views[view][2]), things: [thing] },
    claim: { kind: 'seen', what, view },
    word: views[view][0],
  });
  const [a, b] = random.shuffle(Object.keys(views) as View[]);
  return contrast(random, seen, what, [side(a!), side(b!)]);
}

/** Two different numbers from one to five, the smaller first. */
function pickCounts(random: Random): [number, number] {
  const [a, b] = random.shuffle([1, 2, 3, 4, 5]);
  return [Math.min(a!, b!), Math.max(a!, b!)];
}
