import type { Random } from '@anagram/core';
import { fillBoth, withArticle } from '../captions.ts';
import type { Cast } from '../cast.ts';
import { between, drawBackground, drawThing, placeOne } from '../layout.ts';
import type { Claim, Contrast } from '../scene.ts';

const templates = ['{a} {verb}', '{a} is {verb}', 'a picture of {a} {verb}', 'there is {a} {verb}'];

/** "a man running" ↔ "a man surfing". */
export function verb(random: Random, cast: Cast): Contrast {
  const { actor, verbs } = cast.doings(random);
  const emoji = verbs.map((doing) => doing.emoji(actor)) as [string, string];
  const spot = placeOne(random, { x: 0.5, y: 0.5, jitter: 0.15, size: between(random, 0.55, 0.8) });
  const background = drawBackground(random);
  const thing = drawThing(random, cast, emoji[0], spot);
  const claim = (present: string): Claim => ({ kind: 'existence', present: [present], absent: [] });
  const a = withArticle(actor);
  return {
    scenes: [
      { background, things: [thing] },
      { background, things: [{ ...thing, emoji: emoji[1] }] },
    ],
    claims: [claim(emoji[0]), claim(emoji[1])],
    texts: fillBoth(random, templates, [
      { a, verb: verbs[0].verb },
      { a, verb: verbs[1].verb },
    ]),
  };
}
