import { innerProducts, softHubness } from './hubness.ts';
import type { ScorableImage } from './pair-verifier.ts';

/** Something that puts pictures and texts into one space: a tower pair of one fold, or the neighbours. */
export interface EmbeddingSpace {
  readonly width: number;
  /** @returns (n, width) rows of unit length. */
  embedImages(images: readonly ScorableImage[], options: { signal?: AbortSignal }): Promise<Float32Array>;
  /** @returns (n, width) rows of unit length. */
  embedTexts(texts: readonly string[], options: { signal?: AbortSignal }): Promise<Float32Array>;
}

/** A space with what its raw cosines must be corrected and measured by. */
export interface MeasuredSpace {
  readonly space: EmbeddingSpace;
  /** τ of the hubness correction, in units of the cosine. */
  readonly temperature: number;
  /** (m, width) rows of the corpus' texts and of pictures that the space was not trained on. */
  readonly textBank: Float32Array;
  readonly imageBank: Float32Array;
  /** Mean and standard deviation of the corrected cosine of random pairs of the two banks. */
  readonly mean: number;
  readonly deviation: number;
}

/** Embedded pictures (or texts) with their hubness. */
export interface Embedded {
  readonly rows: Float32Array;
  readonly hubness: Float32Array;
}

export async function embedImagesIn(
  measured: MeasuredSpace,
  images: readonly ScorableImage[],
  options: { signal?: AbortSignal },
): Promise<Embedded> {
  const rows = await measured.space.embedImages(images, options);
  return { rows, hubness: await softHubness(rows, measured.textBank, measured.space.width, measured.temperature) };
}

export async function embedTextsIn(
  measured: MeasuredSpace,
  texts: readonly string[],
  options: { signal?: AbortSignal },
): Promise<Embedded> {
  const rows = await measured.space.embedTexts(texts, options);
  return { rows, hubness: await softHubness(rows, measured.imageBank, measured.space.width, measured.temperature) };
}

/** Corrected similarity of picture i and text j in standard deviations above random pairs. */
export function scoreCombination(
  measured: MeasuredSpace,
  images: Embedded,
  i: number,
  texts: Embedded,
  j: number,
): number {
  const { width } = measured.space;
  let cosine = 0;
  for (let k = 0, a = i * width, b = j * width; k < width; k++) cosine += images.rows[a + k]! * texts.rows[b + k]!;
  return standardise(measured, cosine, images.hubness[i]!, texts.hubness[j]!);
}

/** The same for all combinations: (images, texts). */
export async function scoreAll(measured: MeasuredSpace, images: Embedded, texts: Embedded): Promise<Float32Array> {
  const scores = await innerProducts(images.rows, texts.rows, measured.space.width);
  const count = texts.hubness.length;
  for (const [i, hubness] of images.hubness.entries()) {
    for (let j = 0, at = i * count; j < count; j++, at++) {
      scores[at] = standardise(measured, scores[at]!, hubness, texts.hubness[j]!);
    }
  }
  return scores;
}

function standardise(
  { mean, deviation }: MeasuredSpace,
  cosine: number,
  imageHubness: number,
  textHubness: number,
): number {
  return (cosine - (imageHubness + textHubness) / 2 - mean) / deviation;
}

/** Measures a space by its banks. */
export async function measureSpace(
  space: EmbeddingSpace,
  { textBank, imageBank, temperature }: { textBank: Float32Array; imageBank: Float32Array; temperature: number },
): Promise<MeasuredSpace> {
  const raw: MeasuredSpace = { space, temperature, textBank, imageBank, mean: 0, deviation: 1 };
  const images = { rows: imageBank, hubness: await softHubness(imageBank, textBank, space.width, temperature) };
  const texts = { rows: textBank, hubness: await softHubness(textBank, imageBank, space.width, temperature) };
  const scores = await scoreAll(raw, images, texts);
  let sum = 0;
  for (const score of scores) sum += score;
  const mean = sum / scores.length;
  let square = 0;
  for (const score of scores) square += (score - mean) ** 2;
  return { ...raw, mean, deviation: Math.sqrt(square / scores.length) || 1 };
}
