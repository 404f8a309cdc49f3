import type { Random } from '@anagram/core';
import { counted, fillBoth } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { between, drawBackground, drawThing, placeMany } from '../layout.ts';
import type { Contrast } from '../scene.ts';

const most = 5;
const templates = ['{things}', 'a picture of {things}', 'exactly {things}', '{things} and nothing else'];

/** "three apples" ↔ "two apples": the same apples in the same places, and some more. */
export function quantity(random: Random, cast: Cast): Contrast {
  const object = cast.single(random, 'quantity');
  const count = 1 + random.below(most);
  const other = pickOther(random, count);
  const spots = placeMany(random, Math.max(count, other), between(random, 0.25, 0.31));
  const background = drawBackground(random);
  const one = drawThing(random, cast, object.emoji, spots[0]!);
  const scene = (n: number) => ({ background, things: spots.slice(0, n).map((spot) => ({ ...one, ...spot })) });
  return {
    scenes: [scene(count), scene(other)],
    claims: [
      { kind: 'count', emoji: object.emoji, count },
      { kind: 'count', emoji: object.emoji, count: other },
    ],
    texts: fillBoth(random, templates, [{ things: counted(count, object) }, { things: counted(other, object) }]),
  };
}

/** One more or one less in two of three cases, else any other number. */
function pickOther(random: Random, count: number): number {
  const others = Array.from({ length: most }, (_, i) => i + 1).filter((n) => n !== count);
  const near = others.filter((n) => Math.abs(n - count) === 1);
  return random.pick(random.below(3) < 2 ? near : others);
}
