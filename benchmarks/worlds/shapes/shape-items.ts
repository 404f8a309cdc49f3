import type { CompositionItem } from '@anagram/core';
import { castOf } from './cast.ts';
import { drawContrast } from './contrast.ts';
import { paintShapes } from './paint.ts';
import { type Contrast, type ShapeSplit, shapeCategories } from './scene.ts';
import { checkStyles } from './shapes.ts';
import type { Style } from './styles.ts';

/** How often a category may draw texts it has used before it is taken to have no others. */
const patience = 20;

/**
 * Items for evaluation in Winoground's form, all of one style. Texts are not repeated as long as a category has new ones.
 * @param options `perCategory`: items of each of the nine categories; `size`: width and height in pixels, default 56.
 * @throws AnagramError `invalid-options` for a style that is not there.
 */
export function shapeItems(options: {
  readonly style: Style;
  readonly split: ShapeSplit;
  readonly perCategory: number;
  readonly seed: number;
  readonly size?: number;
}): CompositionItem[] {
  const { style, split, perCategory, seed, size = 56 } = options;
  checkStyles('shapeItems', [style]);
  const cast = castOf({ styles: [style], split });
  return shapeCategories.flatMap((category) => {
    const used = new Set<string>();
    let draws = 0;
    const next = (): Contrast => {
      for (let tries = 1; ; tries++) {
        const contrast = drawContrast(category, cast, 'items', split, seed, draws++);
        const key = [...contrast.texts].sort().join('\n');
        if (used.has(key) && tries < patience) continue;
        used.add(key);
        return contrast;
      }
    };
    return Array.from({ length: perCategory }, (_, i): CompositionItem => {
      const { scenes, texts } = next();
      const id = `${category}-${style}-${split}-${seed}-${i}`;
      return { id, category, images: [paintShapes(scenes[0], size), paintShapes(scenes[1], size)], texts };
    });
  });
}
