import { createHash } from 'node:crypto';
import { composition, retrieval, type Task } from '@anagram/core';
import type { Artwork } from './artwork.ts';
import type { Vendor } from './artwork-packages.ts';
import { emojiScenesVersion } from './contrast.ts';
import type { Split } from './scene.ts';
import { emojiSceneGallery } from './scene-gallery.ts';
import { emojiSceneItems } from './scene-items.ts';

export interface SceneTasksOptions {
  readonly artwork: Artwork;
  /** Whose pictures: one that the model was not trained on. */
  readonly vendor: Vendor;
  /** Default: `test`. */
  readonly split?: Split;
  /** Items of each category. Default: 150. */
  readonly perCategory?: number;
  /** Pictures in the gallery. Default: 300. */
  readonly gallery?: number;
  /** Default: 0. */
  readonly seed?: number;
  /** Width and height of the pictures in pixels. Default: 56. */
  readonly size?: number;
}

/**
 * EmojiScenes as tasks for `evaluate`: `emoji-scenes/VENDOR` (text, image and group score by category, Winoground's; chance 1/4, 1/4, 1/6) and
 * `emoji-scenes/VENDOR/retrieval` (recall both ways over a gallery in which each caption is true of one picture alone).
 * @throws AnagramError `invalid-options` for a vendor that is not there; `not-enough-data` for a gallery that is too large.
 */
export function emojiScenesTasks(options: SceneTasksOptions): Task[] {
  const { artwork, vendor, split = 'test', perCategory = 150, gallery = 300, seed = 0, size = 56 } = options;
  const all = { artwork, vendor, split, seed, size };
  const settings = [emojiScenesVersion, artwork.fingerprint, vendor, split, perCategory, gallery, seed, size];
  const fingerprint = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  return [
    composition({ name: `emoji-scenes/${vendor}`, items: emojiSceneItems({ ...all, perCategory }), fingerprint }),
    retrieval({
      name: `emoji-scenes/${vendor}/retrieval`,
      gallery: emojiSceneGallery({ ...all, count: gallery }),
      fingerprint,
    }),
  ];
}
