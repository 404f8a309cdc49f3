import type { ClipModel } from '../clip/clip-model.ts';
import { Random } from '../random.ts';
import {
  type Embedded,
  type EmbeddingSpace,
  embedImagesIn,
  embedTextsIn,
  type MeasuredSpace,
  scoreAll,
  scoreCombination,
} from './embedding-space.ts';
import type { ScorableImage } from './pair-verifier.ts';

/** One opinion: a tower with a space for each fold, or the neighbours with a single one. */
export interface Judge {
  readonly name: string;
  readonly spaces: readonly MeasuredSpace[];
}

/** Which fold a picture belongs to: a pure function of its hash, so that unseen pictures have one too. */
export function foldOf(imageHash: string, folds: number): number {
  return new Random('fold', imageHash).below(folds);
}

/** A CLIP model as a space. */
export function clipSpace(model: ClipModel): EmbeddingSpace {
  return {
    width: model.embedDim,
    embedImages: (images, options) =>
      model.embedImages(
        images.map(({ image }) => image),
        options,
      ),
    embedTexts: (texts, options) => model.embedTexts(texts, options),
  };
}

/** Picture `images[image[k]]` with text `texts[text[k]]`. */
export interface Combinations {
  readonly image: ArrayLike<number>;
  readonly text: ArrayLike<number>;
}

/** @returns (combinations, judges): scores in standard deviations above random pairs. */
export async function judgeCombinations(
  judges: readonly Judge[],
  images: readonly ScorableImage[],
  texts: readonly string[],
  combinations: Combinations,
  options: { signal?: AbortSignal } = {},
): Promise<Float64Array> {
  const count = combinations.image.length;
  const scores = new Float64Array(count * judges.length);
  const judge = async ({ spaces }: Judge, column: number) => {
    for (const [fold, space] of spaces.entries()) {
      const chosen = Array.from({ length: count }, (_, k) => k).filter(
        (k) => foldOf(images[combinations.image[k]!]!.imageHash, spaces.length) === fold,
      );
      if (chosen.length === 0) continue;
      const image = numberOnce(chosen.map((k) => combinations.image[k]!));
      const text = numberOnce(chosen.map((k) => combinations.text[k]!));
      const embeddedImages = await embedImagesIn(
        space,
        [...image.keys()].map((i) => images[i]!),
        options,
      );
      const embeddedTexts = await embedTextsIn(
        space,
        [...text.keys()].map((j) => texts[j]!),
        options,
      );
      for (const k of chosen) {
        const [i, j] = [image.get(combinations.image[k]!)!, text.get(combinations.text[k]!)!];
        scores[k * judges.length + column] = scoreCombination(space, embeddedImages, i, embeddedTexts, j);
      }
    }
  };
  // Each model has its own engine thread: the towers work side by side.
  await Promise.all(judges.map(judge));
  return scores;
}

/** Embedded texts by space, for callers that come with one list of texts again and again. */
export type TextCache = Map<MeasuredSpace, Promise<Embedded>>;

/** Scores of one judge for all combinations: (images, texts). */
export async function judgeAll(
  { spaces }: Judge,
  images: readonly ScorableImage[],
  texts: readonly string[],
  options: { signal?: AbortSignal; cache: TextCache },
): Promise<Float32Array> {
  const scores = new Float32Array(images.length * texts.length);
  for (const [fold, space] of spaces.entries()) {
    const chosen = images.flatMap(({ imageHash }, i) => (foldOf(imageHash, spaces.length) === fold ? [i] : []));
    if (chosen.length === 0) continue;
    const embeddedImages = await embedImagesIn(
      space,
      chosen.map((i) => images[i]!),
      options,
    );
    const embeddedTexts = options.cache.get(space) ?? embedTextsIn(space, texts, options);
    options.cache.set(space, embeddedTexts);
    const block = await scoreAll(space, embeddedImages, await embeddedTexts);
    for (const [row, i] of chosen.entries()) {
      scores.set(block.subarray(row * texts.length, (row + 1) * texts.length), i * texts.length);
    }
  }
  return scores;
}

/** Each value once, with its place in the order of appearance. */
function numberOnce(values: readonly number[]): Map<number, number> {
  const places = new Map<number, number>();
  for (const value of values) if (!places.has(value)) places.set(value, places.size);
  return places;
}

/**
 * Each picture with `perImage` texts of other pairs, drawn at random, never one that it has in the corpus: pairs known to be wrong. The
 * other pairs are of the picture's own fold, so that its towers know a drawn text as little as they know a wrong pair's. A text that
 * they were trained on is pulled towards pictures, and random pairs would look better than wrong ones (`docs/decisions/0011`).
 */
export function randomCombinations(
  pairs: readonly { readonly imageHash: string; readonly text: string }[],
  texts: readonly string[],
  { perImage, folds, seed }: { perImage: number; folds: number; seed: number },
): { image: number[]; text: number[] } {
  const number = new Map(texts.map((text, j) => [text, j]));
  const own = new Map<string, Set<string>>();
  const members = Array.from({ length: folds }, (): number[] => []);
  const foldOfPair = pairs.map(({ imageHash }) => foldOf(imageHash, folds));
  for (const [i, { imageHash, text }] of pairs.entries()) {
    own.set(imageHash, (own.get(imageHash) ?? new Set()).add(text));
    members[foldOfPair[i]!]!.push(i);
  }
  const random = new Random('random pairs', seed);
  const image: number[] = [];
  const text: number[] = [];
  for (const [i, { imageHash }] of pairs.entries()) {
    for (let drawn = 0; drawn < perImage; drawn++) {
      const other = pairs[random.pick(members[foldOfPair[i]!]!)]!;
      if (own.get(imageHash)!.has(other.text)) continue;
      image.push(i);
      text.push(number.get(other.text)!);
    }
  }
  return { image, text };
}
