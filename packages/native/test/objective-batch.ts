import { expect } from 'vitest';
import { loadBinding } from '../lib/index.ts';
import type { NativeObjectiveConfig } from '../lib/objective-config.ts';
import type { NativeObjectiveInput, NativeObjectiveResult } from '../lib/objective-input.ts';

const binding = await loadBinding();

/** A batch as one writes it down: rows of numbers, own negatives by row. */
export interface Batch {
  pairs: number;
  images: number[][];
  texts: number[][];
  imageGroups: number[];
  textGroups: number[];
  weights: number[];
  ownTexts: number[][];
  ownImages: number[][];
  alsoTrue: [number, number][];
  logitScale: number;
  logitBias?: number;
  paraphrases?: number[][];
  paraphraseRows?: number[];
  regions?: { images: number[][]; tags: number[][]; tagGroups: number[]; rows: number[][] };
  teacher?: { images: number[][]; texts: number[][]; logitScale: number };
}

export const plain: NativeObjectiveConfig = {
  contrastive: 1,
  sigmoid: 0,
  sharedNegatives: true,
  ownInContrastive: true,
  ownTexts: 0,
  ownImages: 0,
  tile: 512,
};
export const everything: NativeObjectiveConfig = { ...plain, contrastive: 0.8, ownTexts: 0.6, ownImages: 0.4 };

export const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const offsets = (rows: number[][]) => {
  const ends = [0];
  for (const row of rows) ends.push(ends.at(-1)! + row.length);
  return Int32Array.from(ends);
};

export function objective(batch: Batch, config = plain, double = true): Promise<NativeObjectiveResult> {
  const input: NativeObjectiveInput = {
    images: Float32Array.from(batch.images.flat()),
    texts: Float32Array.from(batch.texts.flat()),
    width: batch.images[0]!.length,
    pairs: batch.pairs,
    imageGroups: Int32Array.from(batch.imageGroups),
    textGroups: Int32Array.from(batch.textGroups),
    weights: Float32Array.from(batch.weights),
    ownTextOffsets: offsets(batch.ownTexts),
    ownTextIndex: Int32Array.from(batch.ownTexts.flat()),
    ownImageOffsets: offsets(batch.ownImages),
    ownImageIndex: Int32Array.from(batch.ownImages.flat()),
    alsoTrue: Int32Array.from(batch.alsoTrue.flat()),
    logitScale: batch.logitScale,
    ...(batch.logitBias !== undefined && { logitBias: batch.logitBias }),
    ...(batch.paraphrases && {
      paraphrases: Float32Array.from(batch.paraphrases.flat()),
      paraphraseRows: Int32Array.from(batch.paraphraseRows!),
    }),
    ...(batch.regions && {
      regions: {
        images: Float32Array.from(batch.regions.images.flat()),
        tags: Float32Array.from(batch.regions.tags.flat()),
        tagGroups: Int32Array.from(batch.regions.tagGroups),
        rows: Int32Array.from(batch.regions.rows.flat()),
      },
    }),
    ...(batch.teacher && {
      teacher: {
        images: Float32Array.from(batch.teacher.images.flat()),
        texts: Float32Array.from(batch.teacher.texts.flat()),
        logitScale: batch.teacher.logitScale,
      },
    }),
    double,
  };
  return binding.objective(input, config);
}

/** Rows of unit length around the circle, no two alike; nothing is equal, nothing has own negatives. */
export function batch(pairs: number, loneImages = 0, loneTexts = 0, changes: Partial<Batch> = {}): Batch {
  const row = (angle: number) => [Math.cos(angle) * 0.8, Math.sin(angle) * 0.8, 0.6];
  const images = pairs + loneImages;
  const texts = pairs + loneTexts;
  return {
    pairs,
    images: numbers(images).map((i) => row(i * 2.4 + 0.1 * i * i)),
    texts: numbers(texts).map((t) => row(t * 2.4 + 0.7 * Math.sin(3 * t + 1))),
    imageGroups: numbers(images),
    textGroups: numbers(texts),
    weights: numbers(pairs).map(() => 1),
    ownTexts: numbers(pairs).map(() => []),
    ownImages: numbers(pairs).map(() => []),
    alsoTrue: [],
    logitScale: 10,
    ...changes,
  };
}

/** The same with all similarities equal. */
export function level(pairs: number, loneImages = 0, loneTexts = 0, changes: Partial<Batch> = {}): Batch {
  const even = (rows: number[][]) => rows.map(() => [1, 0, 0]);
  const made = batch(pairs, loneImages, loneTexts, changes);
  return { ...made, images: even(made.images), texts: even(made.texts) };
}

/** Equal pictures 0 and 3, equal texts 1 and 4, a lone text equal to text 2, two entries that are true besides. */
export const tangled = batch(5, 2, 3, {
  imageGroups: [0, 1, 2, 0, 4, 4, 6],
  textGroups: [0, 1, 2, 3, 1, 5, 2, 7],
  weights: [1, 0.25, 2, 0.5, 1.5],
  ownTexts: [[5, 6], [7, 2, 5], [], [], [6]],
  ownImages: [[5], [6], [0, 6], [], [5]],
  alsoTrue: [
    [0, 2],
    [6, 1],
  ],
});

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)));
};
/** Gradient of text `t`, and its size. */
export const textGradient = (result: NativeObjectiveResult, t: number) =>
  Math.hypot(...Array.from(result.textGradients.slice(3 * t, 3 * t + 3)));
export const imageGradient = (result: NativeObjectiveResult, i: number) =>
  Math.hypot(...Array.from(result.imageGradients.slice(3 * i, 3 * i + 3)));
