import { type LabelledImage, Random } from '@anagram/core';
import type { Artwork } from './artwork.ts';
import type { Vendor } from './artwork-packages.ts';
import { withArticle } from './captions.ts';
import { castOf } from './cast.ts';
import { checkVendors } from './checks.ts';
import { between, drawBackground, drawThing, placeOne } from './layout.ts';
import { objects } from './objects.ts';
import { paintScene } from './paint.ts';

/**
 * Pictures of one thing each for zero-shot classification: every object of the world is a class, named with its article.
 * @param options `perClass`: pictures of each; `size`: width and height in pixels, default 56.
 * @throws AnagramError `invalid-options` for a vendor that is not there.
 */
export function emojiSceneClasses(options: {
  readonly artwork: Artwork;
  readonly vendor: Vendor;
  readonly perClass: number;
  readonly seed: number;
  readonly size?: number;
}): { classes: string[]; items: LabelledImage[] } {
  const { artwork, vendor, perClass, seed, size = 56 } = options;
  checkVendors('emojiSceneClasses', artwork, [vendor]);
  const cast = castOf({ artwork, vendors: [vendor], split: 'test' });
  const items = objects.flatMap(({ emoji, noun }, label) =>
    Array.from({ length: perClass }, (_, i): LabelledImage => {
      const random = new Random('emoji-scenes classes', seed, noun, i);
      const spot = placeOne(random, { x: 0.5, y: 0.5, jitter: 0.2, size: between(random, 0.4, 0.7) });
      const scene = { background: drawBackground(random), things: [drawThing(random, cast, emoji, spot)] };
      return { id: `class-${vendor}-${seed}-${noun}-${i}`, label, image: paintScene(scene, artwork, size) };
    }),
  );
  return { classes: objects.map(({ noun }) => withArticle(noun)), items };
}
