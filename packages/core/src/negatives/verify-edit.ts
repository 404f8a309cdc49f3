import type { PairScorer } from '../models.ts';
import type { Pixels } from '../pair.ts';

/** Cells of a side of the grid that two pictures are compared on. */
const cells = 16;
/** Levels of 255 by which the middle one of the cells may differ: at least half of the picture looks as it did. */
const mostDifference = 24;

/** Why an edited picture cannot stand for its negative text, or null: it must follow it, and be the original elsewhere. */
export async function refusalOfEdit(
  original: { readonly bytes: Uint8Array; readonly pixels: Pixels; readonly text: string },
  edited: { readonly bytes: Uint8Array; readonly pixels: Pixels; readonly text: string },
  options: { scorer: PairScorer | null; signal?: AbortSignal | undefined },
): Promise<'another picture' | 'closer to the caption than to the negative' | null> {
  if (difference(original.pixels, edited.pixels) > mostDifference) return 'another picture';
  const { scorer, signal } = options;
  if (!scorer) return null;
  const fits = (text: string) => scorer.score({ image: edited.bytes, text, ...(signal ? { signal } : {}) });
  const [own, wanted] = [await fits(original.text), await fits(edited.text)];
  return wanted > own ? null : 'closer to the caption than to the negative';
}

/** Median over the grid's cells of how far their mean colours are apart, in levels of 255. */
export function difference(one: Pixels, other: Pixels): number {
  const [a, b] = [grid(one), grid(other)];
  const apart = Array.from({ length: cells * cells }, (_, cell) => {
    const channel = (c: number) => Math.abs(a[3 * cell + c]! - b[3 * cell + c]!);
    return (channel(0) + channel(1) + channel(2)) / 3;
  }).sort((x, y) => x - y);
  return apart[(cells * cells) / 2]!;
}

/** Mean colours, (cells, cells, 3). A picture with fewer pixels than cells repeats them. */
function grid({ width, height, data }: Pixels): Float64Array {
  const means = new Float64Array(cells * cells * 3);
  const span = (cell: number, size: number) => {
    const first = Math.min(size - 1, Math.floor((cell * size) / cells));
    return [first, Math.max(first + 1, Math.floor(((cell + 1) * size) / cells))] as const;
  };
  for (let row = 0; row < cells; row++) {
    const [top, bottom] = span(row, height);
    for (let column = 0; column < cells; column++) {
      const [left, right] = span(column, width);
      const cell = (row * cells + column) * 3;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          for (let c = 0; c < 3; c++) means[cell + c]! += data[(y * width + x) * 3 + c]!;
        }
      }
      const count = (bottom - top) * (right - left);
      for (let c = 0; c < 3; c++) means[cell + c]! /= count;
    }
  }
  return means;
}
