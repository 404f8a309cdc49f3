import { createHash } from 'node:crypto';
import type { PairSet, TrainingPair } from '@anagram/core';
import type { Artwork } from './artwork.ts';
import type { Vendor } from './artwork-packages.ts';
import { castOf } from './cast.ts';
import { checkCategories, checkVendors } from './checks.ts';
import { drawContrast, emojiScenesVersion } from './contrast.ts';
import { paintScene } from './paint.ts';
import { type SceneCategory, type Split, sceneCategories } from './scene.ts';

/** Captions that stand for all of them where there are more. */
const textSample = 20_000;

export interface EmojiScenesOptions {
  readonly artwork: Artwork;
  /** Whose pictures the scenes are made of; hold one vendor out by leaving it out here. */
  readonly vendors: readonly Vendor[];
  readonly split: Split;
  /** Number of pairs; they are made when they are read, so many cost nothing. */
  readonly count: number;
  readonly seed: number;
  /** Default: all eight, in turn. */
  readonly categories?: readonly SceneCategory[];
}

/**
 * Scenes for training: each pair carries one negative, its caption and its picture with exactly one thing changed.
 * Reading is pure: version, artwork, vendors, split, seed and index decide every pixel; `count` does not.
 * @throws AnagramError `invalid-options` for a vendor, split or category that is not there.
 */
export function emojiScenes(options: EmojiScenesOptions): PairSet {
  const { artwork, vendors, split, count, seed, categories = sceneCategories } = options;
  checkVendors('emojiScenes', artwork, vendors);
  checkCategories('emojiScenes', categories);
  const cast = castOf({ artwork, vendors, split });
  const settings = { version: emojiScenesVersion, artwork: artwork.fingerprint, vendors, split, seed, categories };
  const stream = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  const categoryAt = (index: number) => categories[index % categories.length]!;
  const contrastAt = (index: number) => drawContrast(categoryAt(index), cast, 'pairs', split, seed, index);

  return {
    name: `emoji-scenes-${split}`,
    length: count,
    fingerprint: createHash('sha256').update(`${stream} ${count}`).digest('hex'),
    category: categoryAt,
    async pair(index, imageSize): Promise<TrainingPair> {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new RangeError(`emojiScenes: expected an index from 0 to ${count - 1}, received ${index}.`);
      }
      const { scenes, texts } = contrastAt(index);
      const key = (k: 0 | 1) => `emoji-scenes:${stream.slice(0, 16)}:${index}:${k}`;
      return {
        image: paintScene(scenes[0], artwork, imageSize),
        text: texts[0],
        imageKey: key(0),
        weight: 1,
        negatives: [
          {
            category: categoryAt(index),
            text: texts[1],
            image: paintScene(scenes[1], artwork, imageSize),
            imageKey: key(1),
          },
        ],
      };
    },
    *texts() {
      const step = Math.max(1, count / textSample);
      for (let i = 0; i < count; i += step) yield* contrastAt(Math.floor(i)).texts;
    },
  };
}
