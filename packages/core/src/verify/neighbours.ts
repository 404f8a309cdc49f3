import { native } from '../native.ts';
import type { EmbeddingSpace } from './embedding-space.ts';
import { describeImage, descriptorParts, descriptorWidth } from './image-descriptor.ts';
import type { ScorableImage } from './pair-verifier.ts';
import { TextDescriptor } from './text-descriptor.ts';
import { fitWhitening, whiten } from './whitening.ts';

/** Of the neighbours' similarity, when their texts are averaged. */
const sharpness = 0.2;
const neighbours = 100;
const queryBlock = 512;

export interface NeighbourBank {
  /** Every text of the corpus once. */
  readonly texts: readonly string[];
  /** (n) hash of each pair's picture and number of its text. */
  readonly imageHashes: readonly string[];
  readonly textIndex: readonly number[];
  /** (n) How far each pair is believed, 0–1: its text counts so much where it is a neighbour. */
  readonly weights: ArrayLike<number>;
  /** (n, 500) unit rows, centred by `centre` (500) and whitened by `whitening` (500, 500). */
  readonly descriptors: Float32Array;
  readonly centre: Float32Array;
  readonly whitening: Float32Array;
}

/** Describes the corpus' pictures; every pair is believed. @param images Fitted to the verifier's size. */
export function buildNeighbourBank(images: readonly ScorableImage[], pairTexts: readonly string[]): NeighbourBank {
  const number = new Map<string, number>();
  for (const text of pairTexts) if (!number.has(text)) number.set(text, number.size);
  const descriptors = new Float32Array(images.length * descriptorWidth);
  for (const [i, { image }] of images.entries()) descriptors.set(describeImage(image), i * descriptorWidth);
  const centre = new Float32Array(descriptorWidth);
  for (let at = 0; at < descriptors.length; at++) centre[at % descriptorWidth]! += descriptors[at]! / images.length;
  const rows = images.map((_, i) => descriptors.subarray(i * descriptorWidth, (i + 1) * descriptorWidth));
  for (const row of rows) centreRow(row, centre);
  const whitening = fitWhitening(descriptors, descriptorWidth);
  for (const row of rows) whitenRow(row, whitening);
  return {
    texts: [...number.keys()],
    imageHashes: images.map(({ imageHash }) => imageHash),
    textIndex: pairTexts.map((text) => number.get(text)!),
    weights: new Array<number>(images.length).fill(1),
    descriptors,
    centre,
    whitening,
  };
}

/**
 * The judge that learns nothing: pictures that look alike should have texts that speak alike (cf. LEMoN, arXiv 2407.18941).
 * A picture stands for the mean text of its nearest pictures, its own text left out, so that no pair speaks for itself.
 */
export class Neighbours implements EmbeddingSpace {
  readonly bank: NeighbourBank;
  readonly width: number;
  readonly #describer: TextDescriptor;
  /** By text: places of its words, and their weights. */
  readonly #texts: readonly (readonly (readonly [place: number, value: number])[])[];
  readonly #copies: number;
  /** Row of each picture of the bank, by hash: it need not be described again. */
  readonly #rows: ReadonlyMap<string, number>;

  constructor(bank: NeighbourBank) {
    this.bank = bank;
    this.#describer = new TextDescriptor(bank.texts);
    this.width = this.#describer.width;
    this.#texts = bank.texts.map((text) =>
      [...this.#describer.describe([text]).entries()].filter(([, value]) => value !== 0),
    );
    const copies = new Map<string, number>();
    for (const hash of bank.imageHashes) copies.set(hash, (copies.get(hash) ?? 0) + 1);
    this.#copies = Math.max(0, ...copies.values());
    this.#rows = new Map(bank.imageHashes.map((hash, i) => [hash, i]));
  }

  async embedTexts(texts: readonly string[]): Promise<Float32Array> {
    return this.#describer.describe(texts);
  }

  async embedImages(
    images: readonly ScorableImage[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Float32Array> {
    const rows = new Float32Array(images.length * this.width);
    for (let start = 0; start < images.length; start += queryBlock) {
      signal?.throwIfAborted();
      await this.#embedBlock(images.slice(start, start + queryBlock), rows.subarray(start * this.width));
    }
    return rows;
  }

  async #embedBlock(images: readonly ScorableImage[], rows: Float32Array): Promise<void> {
    const { descriptors, centre, whitening, imageHashes, textIndex, weights } = this.bank;
    const queries = new Float32Array(images.length * descriptorWidth);
    for (const [i, { image, imageHash }] of images.entries()) {
      const row = queries.subarray(i * descriptorWidth, (i + 1) * descriptorWidth);
      const known = this.#rows.get(imageHash);
      if (known !== undefined) {
        row.set(descriptors.subarray(known * descriptorWidth, (known + 1) * descriptorWidth));
        continue;
      }
      row.set(describeImage(image));
      centreRow(row, centre);
      whitenRow(row, whitening);
    }
    const k = Math.min(imageHashes.length, neighbours + this.#copies);
    const found = await (await native()).nearest(queries, descriptors, descriptorWidth, k); // (n, k)
    for (const [i, { imageHash }] of images.entries()) {
      const row = rows.subarray(i * this.width, (i + 1) * this.width);
      for (let used = 0, at = i * k; used < neighbours && at < (i + 1) * k; at++) {
        const neighbour = found.index[at]!;
        if (imageHashes[neighbour] === imageHash) continue;
        used++;
        const weight = weights[neighbour]! * Math.exp((found.score[at]! - 1) / sharpness);
        const text = this.#texts[textIndex[neighbour]!]!;
        for (const [place, value] of text) row[place]! += weight * value;
      }
      normalise(row, 1);
    }
  }
}

/** Centres a descriptor and brings its parts to the length of their weights, and the whole to unit length, in place. */
function centreRow(row: Float32Array, centre: Float32Array): void {
  for (let k = 0; k < row.length; k++) row[k]! -= centre[k]!;
  let start = 0;
  for (const { width, weight } of descriptorParts) {
    normalise(row.subarray(start, start + width), weight);
    start += width;
  }
  normalise(row, 1);
}

/** To unit length again, in place. */
function whitenRow(row: Float32Array, whitening: Float32Array): void {
  whiten(row, whitening);
  normalise(row, 1);
}

/** To this length, in place; zeros stay zeros. */
function normalise(row: Float32Array, length: number): void {
  let square = 0;
  for (const value of row) square += value * value;
  if (square === 0) return;
  const factor = length / Math.sqrt(square);
  for (let k = 0; k < row.length; k++) row[k]! *= factor;
}
