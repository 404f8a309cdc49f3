import type { Random } from '@anagram/core';
import { fillBoth, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { between, drawBackground, drawThing, placeOne } from '../layout.ts';
import type { Contrast, Place } from '../scene.ts';
import { places } from '../truth.ts';

const wheres: { readonly [place in Place]: string } = {
  'top left': 'at the top left',
  top: 'at the top',
  'top right': 'at the top right',
  left: 'on the left',
  centre: 'in the centre',
  right: 'on the right',
  'bottom left': 'at the bottom left',
  bottom: 'at the bottom',
  'bottom right': 'at the bottom right',
};
const templates = ['{a} {where}', 'there is {a} {where}', '{a} {where} of the picture'];
const names = Object.keys(places) as Place[];

/** "a cat at the top left" ↔ "a cat on the right". */
export function absolutePosition(random: Random, cast: Cast): Contrast {
  const object = cast.single(random, 'absolute-position');
  const [from, to] = random.shuffle([...names]) as [Place, Place, ...Place[]];
  const background = drawBackground(random);
  const spot = placeOne(random, { x: 0.5, y: 0.5, jitter: 0.03, size: between(random, 0.27, 0.34) });
  const thing = drawThing(random, cast, object.emoji, spot);
  const scene = (place: Place) => {
    const [x, y] = places[place];
    return { background, things: [{ ...thing, x: thing.x + x - 0.5, y: thing.y + y - 0.5 }] };
  };
  const a = withArticle(object.noun);
  return {
    scenes: [scene(from), scene(to)],
    claims: [
      { kind: 'at', emoji: object.emoji, place: from },
      { kind: 'at', emoji: object.emoji, place: to },
    ],
    texts: fillBoth(random, templates, [
      { a, where: wheres[from] },
      { a, where: wheres[to] },
    ]),
  };
}
