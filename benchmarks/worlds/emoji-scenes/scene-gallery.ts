import { AnagramError, type Pixels } from '@anagram/core';
import type { Artwork } from './artwork.ts';
import type { Vendor } from './artwork-packages.ts';
import { castOf } from './cast.ts';
import { checkCategories, checkVendors } from './checks.ts';
import { drawContrast } from './contrast.ts';
import { paintScene } from './paint.ts';
import { type Claim, type Scene, type SceneCategory, type Split, sceneCategories } from './scene.ts';
import { isTrue } from './truth.ts';

export interface GalleryEntry {
  readonly id: string;
  readonly category: SceneCategory;
  readonly image: Pixels;
  readonly text: string;
}

export interface SceneGalleryOptions {
  readonly artwork: Artwork;
  readonly vendor: Vendor;
  readonly count: number;
  readonly seed: number;
  /** Default: `test`. */
  readonly split?: Split;
  /** Width and height of the pictures in pixels. Default: 56. */
  readonly size?: number;
  readonly categories?: readonly SceneCategory[];
}

/** Draws after which a category is taken to have no further caption of its own. */
const patience = 200;

/**
 * A gallery for retrieval, categories in turn: captions are distinct, and each is true of its own picture alone, so that recall at 1
 * can reach 1.
 * @throws AnagramError `invalid-options` for a vendor that is not there; `not-enough-data` when `count` is more than can be told apart.
 */
export function emojiSceneGallery(options: SceneGalleryOptions): GalleryEntry[] {
  const { artwork, vendor, count, seed, split = 'test', size = 56, categories = sceneCategories } = options;
  checkVendors('emojiSceneGallery', artwork, [vendor]);
  checkCategories('emojiSceneGallery', categories);
  const cast = castOf({ artwork, vendors: [vendor], split });
  const chosen: { scene: Scene; claim: Claim; text: string; category: SceneCategory }[] = [];
  const open = [...categories];
  let turn = 0;
  let draw = 0;
  while (chosen.length < count && open.length > 0) {
    const category = open[turn % open.length]!;
    const found = findAlone(category);
    if (found) {
      chosen.push(found);
      turn++;
    } else {
      open.splice(turn % open.length, 1); // it has said all it can say
    }
  }
  if (chosen.length < count) {
    throw new AnagramError(
      'not-enough-data',
      `emojiSceneGallery: only ${chosen.length} scenes of split ${split} can be told apart by their captions. Expected ${count}; ask for fewer.`,
      { needed: count, found: chosen.length },
    );
  }

  function findAlone(category: SceneCategory) {
    for (let tries = 0; tries < patience; tries++) {
      const contrast = drawContrast(category, cast, 'gallery', split, seed, draw++);
      const [scene, claim, text] = [contrast.scenes[0], contrast.claims[0], contrast.texts[0]];
      const alone = chosen.every(
        (other) => other.text !== text && !isTrue(scene, other.claim) && !isTrue(other.scene, claim),
      );
      if (alone) return { scene, claim, text, category };
    }
    return null;
  }
  return chosen.map(({ scene, text, category }, i) => ({
    id: `gallery-${vendor}-${split}-${seed}-${i}`,
    category,
    image: paintScene(scene, artwork, size),
    text,
  }));
}
