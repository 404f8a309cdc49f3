import { AnagramError, type Pixels } from '@anagram/core';
import { castOf } from './cast.ts';
import { drawContrast } from './contrast.ts';
import { paintShapes } from './paint.ts';
import { type Claim, type Scene, type ShapeCategory, type ShapeSplit, shapeCategories } from './scene.ts';
import { checkStyles } from './shapes.ts';
import type { Style } from './styles.ts';
import { isTrue } from './truth.ts';

export interface ShapeGalleryEntry {
  readonly id: string;
  readonly category: ShapeCategory;
  readonly image: Pixels;
  readonly text: string;
}

/** Draws after which a category is taken to have no further caption of its own. */
const patience = 200;

/**
 * A gallery for retrieval, categories in turn: captions are distinct, and each is true of its own picture alone, so that recall at 1
 * can reach 1.
 * @throws AnagramError `invalid-options` for a style that is not there; `not-enough-data` when `count` is more than can be told apart.
 */
export function shapeGallery(options: {
  readonly style: Style;
  readonly split: ShapeSplit;
  readonly count: number;
  readonly seed: number;
  readonly size?: number;
  /** Default: all nine, in turn. */
  readonly categories?: readonly ShapeCategory[];
}): ShapeGalleryEntry[] {
  const { style, split, count, seed, size = 56, categories = shapeCategories } = options;
  checkStyles('shapeGallery', [style]);
  const cast = castOf({ styles: [style], split });
  const chosen: { scene: Scene; claim: Claim; text: string; category: ShapeCategory }[] = [];
  const open = [...categories];
  let [turn, draws] = [0, 0];
  while (chosen.length < count && open.length > 0) {
    const category = open[turn % open.length]!;
    const found = findAlone(category);
    if (found) chosen.push(found);
    else open.splice(turn % open.length, 1); // it has said all it can say
    if (found) turn++;
  }
  if (chosen.length < count) {
    throw new AnagramError(
      'not-enough-data',
      `shapeGallery: only ${chosen.length} scenes of split ${split} can be told apart by their captions. Expected ${count}; ask for fewer.`,
      { needed: count, found: chosen.length },
    );
  }

  function findAlone(category: ShapeCategory) {
    for (let tries = 0; tries < patience; tries++) {
      const { scenes, claims, texts } = drawContrast(category, cast, 'gallery', split, seed, draws++);
      const [scene, claim, text] = [scenes[0], claims[0], texts[0]];
      const alone = chosen.every((other) => !isTrue(scene, other.claim) && !isTrue(other.scene, claim));
      if (alone) return { scene, claim, text, category };
    }
    return null;
  }
  return chosen.map(({ scene, text, category }, i) => ({
    id: `gallery-${style}-${split}-${seed}-${i}`,
    category,
    image: paintShapes(scene, size),
    text,
  }));
}
