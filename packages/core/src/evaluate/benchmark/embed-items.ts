import type { ImageFile, Pixels } from '../../pair.ts';
import { pairwise } from '../kernels.ts';
import { dot, type Embedder } from '../task.ts';
import type { BenchmarkItem, Cosines } from './define-benchmark.ts';
import { pictureKey } from './pictures.ts';

/** Embeddings of a task's items. */
export interface Embedded<I extends BenchmarkItem = BenchmarkItem> {
  cosines(item: I): Cosines;
  /** The model without eyes: every picture is the mean of all pictures. */
  textOnly(item: I): Cosines;
  /** The model without language: every text is the mean of all texts. */
  imageOnly(item: I): Cosines;
}

/**
 * Embeds each distinct text and each distinct picture once, so that equal texts have equal cosines.
 * @param files Pictures by `pictureKey`.
 */
export async function embedItems<I extends BenchmarkItem>(
  model: Embedder,
  items: readonly I[],
  files: ReadonlyMap<string, Pixels | ImageFile>,
  signal: AbortSignal | undefined,
): Promise<Embedded<I>> {
  const knobs = signal ? { signal } : {};
  const imageRow = rows(files.keys());
  const textRow = rows(items.flatMap((item) => item.texts));
  const images = await model.embedImages([...files.values()], knobs); // (distinct pictures, D)
  const texts = await model.embedTexts([...textRow.keys()], knobs); // (distinct texts, D)
  const width = model.embedDim;
  const oneImage = meanRow(images, width); // (1, D)
  const oneText = meanRow(texts, width); // (1, D)
  /** A side that is one row stands for all of its kind. */
  const cosinesOf = (text: Float32Array, image: Float32Array): ((item: I) => Cosines) => {
    const textAt = text === oneText ? () => 0 : (name: string) => textRow.get(name)!;
    const imageAt = image === oneImage ? () => 0 : (row: number) => row;
    const gallery = lastOf((row: number) => {
      const one = image === oneImage ? dot(text, row, image, 0, width) : null;
      return Float64Array.from({ length: imageRow.size }, (_, at) => one ?? dot(text, row, image, at, width));
    });
    return (item) => {
      const own = item.texts.map(textAt);
      const mine = item.pictures.map((picture) => imageRow.get(pictureKey(picture))!);
      const shown = mine.map(imageAt);
      return {
        textImage: (c, i) => dot(text, own[c]!, image, shown[i]!, width),
        ownPicture: (c) => ownPicture(gallery(own[c]!), new Set(mine)),
        textText: (a, b) => dot(text, own[a]!, text, own[b]!, width),
      };
    };
  };
  return {
    cosines: cosinesOf(texts, images),
    textOnly: cosinesOf(texts, oneImage),
    imageOnly: cosinesOf(oneText, images),
  };
}

/** Remembers the last answer. */
function lastOf<T>(answer: (row: number) => T): (row: number) => T {
  let last: { row: number; value: T } | undefined;
  return (row) => {
    if (last?.row !== row) last = { row, value: answer(row) };
    return last.value;
  };
}

/** Mean of all rows; no unit vector, which changes no order. */
export function meanRow(matrix: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < matrix.length; at++) sums[at % width]! += matrix[at]!;
  const count = Math.max(1, matrix.length / width);
  return Float32Array.from(sums, (sum) => sum / count);
}

/**
 * @param scores Of every picture.
 * @param own The right ones.
 */
function ownPicture(scores: Float64Array, own: ReadonlySet<number>): ReturnType<Cosines['ownPicture']> {
  const score = Math.max(...[...own].map((image) => scores[image]!));
  let best = Number.NEGATIVE_INFINITY;
  let ahead = 0;
  for (let image = 0; image < scores.length; image++) {
    if (own.has(image)) continue;
    best = Math.max(best, scores[image]!);
    if (!(scores[image]! < score)) ahead++;
  }
  return { ...pairwise(score, best), ahead };
}

function rows(keys: Iterable<string>): Map<string, number> {
  return new Map([...new Set(keys)].map((key, row) => [key, row]));
}
