import { createHash } from 'node:crypto';
import { AnagramError, type PairSet, type TrainingPair } from '@anagram/core';
import { castOf } from './cast.ts';
import { drawContrast, shapesVersion } from './contrast.ts';
import { paintShapes } from './paint.ts';
import { type ShapeCategory, type ShapeSplit, shapeCategories } from './scene.ts';
import { type Style, shapeStyles } from './styles.ts';

/** Captions that stand for all of them where there are more. */
const textSample = 20_000;

export interface ShapesOptions {
  /** Ways of drawing; hold one out by leaving it out here. */
  readonly styles: readonly Style[];
  readonly split: ShapeSplit;
  /** Number of pairs; they are made when they are read, so many cost nothing. */
  readonly count: number;
  readonly seed: number;
  /** Default: all nine, in turn. */
  readonly categories?: readonly ShapeCategory[];
}

/**
 * Scenes for training: each pair carries one negative, its caption and its picture with exactly one thing changed.
 * Reading is pure: version, styles, split, seed, categories and index decide every pixel; `count` does not.
 * @throws AnagramError `invalid-options` for a style that is not there.
 */
export function shapes(options: ShapesOptions): PairSet {
  const { styles, split, count, seed, categories = shapeCategories } = options;
  checkStyles('shapes', styles);
  const cast = castOf({ styles, split });
  const settings = { version: shapesVersion, styles, split, seed, categories };
  const stream = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  const categoryAt = (index: number) => categories[index % categories.length]!;
  const contrastAt = (index: number) => drawContrast(categoryAt(index), cast, 'pairs', split, seed, index);

  return {
    name: `shapes-${split}`,
    length: count,
    fingerprint: createHash('sha256').update(`${stream} ${count}`).digest('hex'),
    category: categoryAt,
    async pair(index, imageSize): Promise<TrainingPair> {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new RangeError(`shapes: expected an index from 0 to ${count - 1}, received ${index}.`);
      }
      const { scenes, texts } = contrastAt(index);
      const key = (k: 0 | 1) => `shapes:${stream.slice(0, 16)}:${index}:${k}`;
      return {
        image: paintShapes(scenes[0], imageSize),
        text: texts[0],
        imageKey: key(0),
        weight: 1,
        negatives: [
          { category: categoryAt(index), text: texts[1], image: paintShapes(scenes[1], imageSize), imageKey: key(1) },
        ],
      };
    },
    *texts() {
      const step = Math.max(1, count / textSample);
      for (let i = 0; i < count; i += step) yield* contrastAt(Math.floor(i)).texts;
    },
  };
}

export function checkStyles(where: string, styles: readonly Style[]): void {
  if (styles.length > 0 && styles.every((style) => shapeStyles.includes(style))) return;
  const message = `${where}.styles: expected some of ${shapeStyles.join(', ')}, received ${JSON.stringify(styles)}. Name at least one of them.`;
  throw new AnagramError('invalid-options', message, { where: `${where}.styles` });
}
