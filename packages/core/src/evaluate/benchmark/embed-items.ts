import type { ImageFile } from '../../pair.ts';
import { pairwise } from '../kernels.ts';
import { dot, type Embedder } from '../task.ts';
import type { BenchmarkItem, Cosines } from './define-benchmark.ts';
import { pictureKey } from './pictures.ts';

/** Embeddings of a benchmark's items. */
export interface Embedded<I extends BenchmarkItem = BenchmarkItem> {
  cosines(item: I): Cosines;
}

/**
 * Embeds each distinct text and each distinct picture once, so that equal texts have equal cosines.
 * @param files Pictures by `pictureKey`.
 */
export async function embedItems<I extends BenchmarkItem>(
  model: Embedder,
  items: readonly I[],
  files: ReadonlyMap<string, ImageFile>,
  signal: AbortSignal | undefined,
): Promise<Embedded<I>> {
  const knobs = signal ? { signal } : {};
  const imageRow = rows(files.keys());
  const textRow = rows(items.flatMap((item) => item.texts));
  const images = await model.embedImages([...files.values()], knobs); // (distinct pictures, D)
  const texts = await model.embedTexts([...textRow.keys()], knobs); // (distinct texts, D)
  const width = model.embedDim;
  return {
    cosines: (item) => {
      const textAt = item.texts.map((text) => textRow.get(text)!);
      const imageAt = item.pictures.map((picture) => imageRow.get(pictureKey(picture))!);
      return {
        textImage: (c, i) => dot(texts, textAt[c]!, images, imageAt[i]!, width),
        ownPicture: (c) => ownPicture(texts, textAt[c]!, images, imageRow.size, new Set(imageAt), width),
        textText: (a, b) => dot(texts, textAt[a]!, texts, textAt[b]!, width),
      };
    },
  };
}

function ownPicture(
  texts: Float32Array,
  text: number,
  images: Float32Array,
  count: number,
  own: ReadonlySet<number>,
  width: number,
): ReturnType<Cosines['ownPicture']> {
  const scores = Float64Array.from({ length: count }, (_, image) => dot(texts, text, images, image, width));
  const score = Math.max(...[...own].map((image) => scores[image]!));
  let best = Number.NEGATIVE_INFINITY;
  let ahead = 0;
  for (let image = 0; image < count; image++) {
    if (own.has(image)) continue;
    best = Math.max(best, scores[image]!);
    if (!(scores[image]! < score)) ahead++;
  }
  return { ...pairwise(score, best), ahead };
}

function rows(keys: Iterable<string>): Map<string, number> {
  return new Map([...new Set(keys)].map((key, row) => [key, row]));
}
