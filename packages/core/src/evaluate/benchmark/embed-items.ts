import type { ImageFile, Pixels } from '../../pair.ts';
import { dot, type Embedder } from '../task.ts';
import type { BenchmarkItem, Cosines } from './define-benchmark.ts';
import { type GalleryRanks, rankGallery } from './gallery.ts';
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
 * @param gallery Whether each text is ranked among all pictures and the other way round.
 */
export async function embedItems<I extends BenchmarkItem>(
  model: Embedder,
  items: readonly I[],
  files: ReadonlyMap<string, Pixels | ImageFile>,
  { gallery, signal }: { gallery: boolean; signal: AbortSignal | undefined },
): Promise<Embedded<I>> {
  const knobs = signal ? { signal } : {};
  const imageRow = rows(files.keys());
  const textRow = rows(items.flatMap((item) => item.texts));
  const images = await model.embedImages([...files.values()], knobs); // (distinct pictures, D)
  const texts = await model.embedTexts([...textRow.keys()], knobs); // (distinct texts, D)
  const width = model.embedDim;
  const oneImage = meanRow(images, width); // (1, D)
  const oneText = meanRow(texts, width); // (1, D)
  const first = firstTexts(items);
  const picturesOf = ({ pictures }: I) => pictures.map((picture) => imageRow.get(pictureKey(picture))!);
  /** A side that is one row stands for all of its kind. */
  const cosinesOf = async (text: Float32Array, image: Float32Array): Promise<(item: I) => Cosines> => {
    const textAt = text === oneText ? () => 0 : (name: string) => textRow.get(name)!;
    const imageAt = image === oneImage ? () => 0 : (row: number) => row;
    const ranks = gallery ? await rank(text, image, textAt, imageAt) : null;
    return (item) => {
      const own = item.texts.map(textAt);
      const mine = picturesOf(item);
      const shown = mine.map(imageAt);
      return {
        textImage: (c, i) => dot(text, own[c]!, image, shown[i]!, width),
        ownPicture: (c) => ranks!.pictureOf(first.get(item)! + c),
        ownText: () => ranks!.textOf(mine[0]!),
        textText: (a, b) => dot(text, own[a]!, text, own[b]!, width),
      };
    };
  };
  return {
    cosines: await cosinesOf(texts, images),
    textOnly: await cosinesOf(texts, oneImage),
    imageOnly: await cosinesOf(oneText, images),
  };

  function rank(
    text: Float32Array,
    image: Float32Array,
    textAt: (name: string) => number,
    imageAt: (row: number) => number,
  ): Promise<GalleryRanks> {
    const all = {
      texts: text,
      images: image,
      width,
      textRow: Uint32Array.from(items.flatMap((item) => item.texts.map(textAt))),
      imageRow: Uint32Array.from({ length: imageRow.size }, (_, row) => imageAt(row)),
      imageOfText: Uint32Array.from(items.flatMap((item) => item.texts.map(() => picturesOf(item)[0]!))),
    };
    return rankGallery(all, signal);
  }
}

/** Number of texts before each item's own. */
function firstTexts<I extends BenchmarkItem>(items: readonly I[]): Map<I, number> {
  let before = 0;
  return new Map(
    items.map((item) => {
      const first = before;
      before += item.texts.length;
      return [item, first];
    }),
  );
}

/** Mean of all rows; no unit vector, which changes no order. */
export function meanRow(matrix: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < matrix.length; at++) sums[at % width]! += matrix[at]!;
  const count = Math.max(1, matrix.length / width);
  return Float32Array.from(sums, (sum) => sum / count);
}

function rows(keys: Iterable<string>): Map<string, number> {
  return new Map([...new Set(keys)].map((key, row) => [key, row]));
}
