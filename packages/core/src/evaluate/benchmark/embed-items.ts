import type { ImageFile } from '../../pair.ts';
import { dot, type Embedder } from '../task.ts';
import type { BenchmarkItem, Cosines } from './define-benchmark.ts';
import { type GalleryRanks, rankGallery } from './gallery.ts';
import { pictureKey } from './pictures.ts';

/** Embeddings of a benchmark's items. */
export interface Embedded<I extends BenchmarkItem = BenchmarkItem> {
  cosines(item: I): Cosines;
}

/**
 * Embeds each distinct text and each distinct picture once, so that equal texts have equal cosines.
 * @param files Pictures by `pictureKey`.
 * @param gallery Whether each text is ranked among all pictures and the other way round.
 */
export async function embedItems<I extends BenchmarkItem>(
  model: Embedder,
  items: readonly I[],
  files: ReadonlyMap<string, ImageFile>,
  { gallery, signal }: { gallery: boolean; signal: AbortSignal | undefined },
): Promise<Embedded<I>> {
  const knobs = signal ? { signal } : {};
  const imageRow = rows(files.keys());
  const textRow = rows(items.flatMap((item) => item.texts));
  const images = await model.embedImages([...files.values()], knobs); // (distinct pictures, D)
  const texts = await model.embedTexts([...textRow.keys()], knobs); // (distinct texts, D)
  const width = model.embedDim;
  const first = firstTexts(items);
  const ranks = gallery ? await rank() : null;
  return {
    cosines: (item) => {
      const textAt = item.texts.map((text) => textRow.get(text)!);
      const imageAt = item.pictures.map((picture) => imageRow.get(pictureKey(picture))!);
      return {
        textImage: (c, i) => dot(texts, textAt[c]!, images, imageAt[i]!, width),
        ownPicture: (c) => ranks!.pictureOf(first.get(item)! + c),
        ownText: () => ranks!.textOf(imageAt[0]!),
        textText: (a, b) => dot(texts, textAt[a]!, texts, textAt[b]!, width),
      };
    },
  };

  function rank(): Promise<GalleryRanks> {
    const entries = items.flatMap((item) => {
      const image = imageRow.get(pictureKey(item.pictures[0]!))!;
      return item.texts.map((text) => ({ row: textRow.get(text)!, image }));
    });
    const textRows = Uint32Array.from(entries, ({ row }) => row);
    const imageOfText = Uint32Array.from(entries, ({ image }) => image);
    return rankGallery({ texts, images, width, textRow: textRows, imageOfText }, signal);
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

function rows(keys: Iterable<string>): Map<string, number> {
  return new Map([...new Set(keys)].map((key, row) => [key, row]));
}
