import { type LabelledImage, Random } from '@anagram/core';
import { nounOf, withArticle } from './captions.ts';
import { castOf } from './cast.ts';
import { colourNames } from './colours.ts';
import { between, drawStage, drawThing, placeOne } from './layout.ts';
import { paintShapes } from './paint.ts';
import { checkStyles } from './shapes.ts';
import { solidNames } from './solids.ts';
import type { Style } from './styles.ts';

/**
 * Pictures of one solid each for zero-shot classification: every solid in every colour is a class, named with its article.
 * @param options `perClass`: pictures of each; `size`: width and height in pixels, default 56.
 * @throws AnagramError `invalid-options` for a style that is not there.
 */
export function shapeClasses(options: {
  readonly style: Style;
  readonly perClass: number;
  readonly seed: number;
  readonly size?: number;
}): { classes: string[]; items: LabelledImage[] } {
  const { style, perClass, seed, size = 56 } = options;
  checkStyles('shapeClasses', [style]);
  const cast = castOf({ styles: [style], split: 'test' });
  const all = solidNames.flatMap((solid) => colourNames.map((colour) => ({ solid, colour })));
  const items = all.flatMap(({ solid, colour }, label) =>
    Array.from({ length: perClass }, (_, i): LabelledImage => {
      const random = new Random('shapes classes', seed, solid, colour, i);
      const stage = drawStage(random, cast);
      const spot = placeOne(random, 0.5, 0.5, 0.2, between(random, 0.4, 0.66));
      const scene = { ...stage, things: [{ ...drawThing(random, solid, spot), colour }] };
      return { id: `class-${style}-${seed}-${solid}-${colour}-${i}`, label, image: paintShapes(scene, size) };
    }),
  );
  return { classes: all.map((phrase) => withArticle(nounOf(phrase))), items };
}
