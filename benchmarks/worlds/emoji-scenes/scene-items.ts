import type { Pixels } from '@anagram/core';
import type { Artwork } from './artwork.ts';
import type { Vendor } from './artwork-packages.ts';
import { castOf } from './cast.ts';
import { checkCategories, checkVendors } from './checks.ts';
import { drawContrast } from './contrast.ts';
import { paintScene } from './paint.ts';
import { type Contrast, type SceneCategory, type Split, sceneCategories } from './scene.ts';

/** Winoground's form: picture k fits text k and not the other. */
export interface SceneItem {
  readonly id: string;
  readonly category: SceneCategory;
  readonly images: readonly [Pixels, Pixels];
  readonly texts: readonly [string, string];
}

export interface SceneItemsOptions {
  readonly artwork: Artwork;
  readonly vendor: Vendor;
  readonly split: Split;
  /** Items of each category. */
  readonly perCategory: number;
  readonly seed: number;
  /** Width and height of the pictures in pixels. Default: 56. */
  readonly size?: number;
  readonly categories?: readonly SceneCategory[];
}

/** How often a category may draw texts it has used before it is taken to have no others. */
const patience = 20;

/**
 * Items for evaluation, all of one vendor's pictures. Texts are not repeated as long as a category has new ones.
 * @throws AnagramError `invalid-options` for a vendor or category that is not there.
 */
export function emojiSceneItems(options: SceneItemsOptions): SceneItem[] {
  const { artwork, vendor, split, perCategory, seed, size = 56, categories = sceneCategories } = options;
  checkVendors('emojiSceneItems', artwork, [vendor]);
  checkCategories('emojiSceneItems', categories);
  const cast = castOf({ artwork, vendors: [vendor], split });
  return categories.flatMap((category) => {
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
    return Array.from({ length: perCategory }, (_, i): SceneItem => {
      const { scenes, texts } = next();
      return {
        id: `${category}-${vendor}-${split}-${seed}-${i}`,
        category,
        images: [paintScene(scenes[0], artwork, size), paintScene(scenes[1], artwork, size)],
        texts,
      };
    });
  });
}
