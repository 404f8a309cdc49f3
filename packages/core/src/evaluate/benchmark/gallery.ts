import { giveWay } from '../../pause.ts';
import type { Choice, TieRule } from '../kernels.ts';
import { dot } from '../task.ts';

/** Where the best right answer of a query stands among the wrong ones of a whole gallery. */
export interface Place {
  /** Wrong answers that score higher. */
  readonly above: number;
  /** Wrong answers that score the same, and stand before the right one in the files, or after it. */
  readonly before: number;
  readonly after: number;
  /** Score of the right answer less that of the best wrong one. */
  readonly margin: number;
}

/**
 * Whether the right answer is among the first k.
 * @param ties `wrong` ranks every wrong answer of the same score ahead, `first` those that stand before it, `last` those after it.
 */
export function within({ above, before, after, margin }: Place, k: number, ties: TieRule): Choice {
  const ahead = above + (ties === 'last' ? 0 : before) + (ties === 'first' ? 0 : after);
  return { right: ahead < k, tie: before + after > 0, margin };
}

/** Texts and pictures of a gallery. A row of either matrix may stand for several texts, or pictures, that are equal. */
export interface Gallery {
  readonly texts: Float32Array; // (rows, D)
  readonly images: Float32Array; // (rows, D)
  readonly width: number;
  /** Row of each text, and of each picture. */
  readonly textRow: Uint32Array;
  readonly imageRow: Uint32Array;
  /** The picture of each text. */
  readonly imageOfText: Uint32Array;
}

export interface GalleryRanks {
  /** The place of its picture among all pictures, for the t-th text. */
  pictureOf(text: number): Place;
  /** The place of the best of its texts among all texts, for a picture. */
  textOf(image: number): Place;
}

/** Pictures whose scores with one text are computed at once: as doubles they stay in the cache. A multiple of 4. */
const block = 64;

/**
 * Ranks each text's picture and each picture's texts in one pass over all scores, none of which is kept: memory is that of the counts.
 * Every score is the same sum in the same order as `dot` gives, so that equal rows tie exactly.
 */
export async function rankGallery(gallery: Gallery, signal: AbortSignal | undefined): Promise<GalleryRanks> {
  const { texts, images, width, textRow, imageRow, imageOfText } = gallery;
  const count = textRow.length;
  const pictures = imageRow.length;
  const own = Float64Array.from(textRow, (row, t) => dot(texts, row, images, imageRow[imageOfText[t]!]!, width));
  const best = new Float64Array(pictures).fill(Number.NEGATIVE_INFINITY); // of a picture's own texts
  const bestText = new Int32Array(pictures).fill(-1);
  for (let t = 0; t < count; t++) {
    const image = imageOfText[t]!;
    if (bestText[image]! >= 0 && !(own[t]! > best[image]!)) continue;
    best[image] = own[t]!;
    bestText[image] = t;
  }
  const ofText = new Counts(count);
  const ofImage = new Counts(pictures);
  const row = new Float64Array(width); // one text
  const tile = new Float64Array(block * width); // (block, D)
  const scores = new Float64Array(block);
  for (let from = 0; from < pictures; from += block) {
    const size = Math.min(block, pictures - from);
    imageRow.subarray(from, from + size).forEach((image, b) => {
      tile.set(images.subarray(image * width, (image + 1) * width), b * width);
    });
    let scored = -1;
    for (let text = 0; text < count; text++) {
      const one = textRow[text]!;
      if (images.length === width) scores.fill(own[text]!);
      else if (one !== scored) scoreTile(copyRow(texts, one, row), tile, size, scores);
      scored = one;
      const picture = imageOfText[text]!;
      for (let b = 0; b < size; b++) {
        const image = from + b;
        if (image === picture) continue;
        ofText.add(text, scores[b]!, own[text]!, image < picture);
        ofImage.add(image, scores[b]!, best[image]!, text < bestText[image]!);
      }
      if (text % 1024 === 1023) await giveWay(signal);
    }
    await giveWay(signal);
  }
  return {
    pictureOf: (text) => ofText.place(text, own[text]!),
    textOf: (image) => ofImage.place(image, best[image]!),
  };
}

class Counts {
  readonly #above: Uint32Array;
  readonly #before: Uint32Array;
  readonly #after: Uint32Array;
  readonly #best: Float64Array;

  constructor(queries: number) {
    this.#above = new Uint32Array(queries);
    this.#before = new Uint32Array(queries);
    this.#after = new Uint32Array(queries);
    this.#best = new Float64Array(queries).fill(Number.NEGATIVE_INFINITY);
  }

  /** Counts a wrong answer. A score that is no number is ahead. */
  add(query: number, score: number, right: number, isBefore: boolean): void {
    if (score > this.#best[query]!) this.#best[query] = score;
    if (score < right) return;
    if (score !== right) this.#above[query]!++;
    else if (isBefore) this.#before[query]!++;
    else this.#after[query]!++;
  }

  place(query: number, right: number): Place {
    const [above, before, after] = [this.#above[query]!, this.#before[query]!, this.#after[query]!];
    return { above, before, after, margin: right - this.#best[query]! };
  }
}

/** Writes a row of a matrix. */
function copyRow(matrix: Float32Array, at: number, row: Float64Array): Float64Array {
  row.set(matrix.subarray(at * row.length, (at + 1) * row.length));
  return row;
}

/** Scores of one text with the first `size` pictures of a tile; what lies behind them is computed and not used. */
function scoreTile(row: Float64Array, tile: Float64Array, size: number, scores: Float64Array): void {
  const width = row.length;
  for (let b = 0; b < size; b += 4) {
    const [i0, i1, i2, i3] = [b * width, (b + 1) * width, (b + 2) * width, (b + 3) * width];
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let d = 0; d < width; d++) {
      const x = row[d]!;
      s0 += x * tile[i0 + d]!;
      s1 += x * tile[i1 + d]!;
      s2 += x * tile[i2 + d]!;
      s3 += x * tile[i3 + d]!;
    }
    scores[b] = s0;
    scores[b + 1] = s1;
    scores[b + 2] = s2;
    scores[b + 3] = s3;
  }
}
