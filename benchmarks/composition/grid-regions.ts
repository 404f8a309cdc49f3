import { type PairSet, type Pixels, parseScene, type RegionFeatures, withRegions } from '@anagram/core';

/** Cells along a side of the picture, and of a cell. */
const [cells, inner] = [3, 6];
/** Numbers of a region: the colours of its inner cells, and its box. */
export const gridRegionWidth = inner * inner * 3 + 4;

/**
 * In the place of a detector, which cannot be had here: a picture's regions are the nine cells of a grid, each told by its colours, box by box, and its place; the
 * tags are what the caption names, with attributes, by rules. No cell is cut to a thing, as a detector's would be.
 */
export function gridRegions(pairs: PairSet): PairSet {
  return withRegions(pairs, {
    id: `grid of ${cells}, ${inner}`,
    read: (_, { image, text }) => ({ features: describeCells(image), tags: tagsOf(text) }),
  });
}

/** (cells², gridRegionWidth), colours from -1 to 1, boxes as left, top, width and height in parts of the picture. */
function describeCells(image: Pixels): RegionFeatures['features'] {
  const features: number[] = [];
  for (let cell = 0; cell < cells * cells; cell++) {
    const [left, top] = [(cell % cells) / cells, Math.floor(cell / cells) / cells];
    for (let part = 0; part < inner * inner; part++) {
      const side = 1 / (cells * inner);
      const box = { left: left + (part % inner) * side, top: top + Math.floor(part / inner) * side, side };
      features.push(...meanColour(image, box).map((value) => value / 127.5 - 1));
    }
    features.push(left, top, 1 / cells, 1 / cells);
  }
  return Float32Array.from(features);
}

/** Mean of the pixels in a box, given in parts of the picture; at least one. */
function meanColour(
  { width, height, data }: Pixels,
  { left, top, side }: { left: number; top: number; side: number },
): number[] {
  const ends = (from: number, size: number) => {
    const begin = Math.min(size - 1, Math.round(from * size));
    return [begin, Math.max(begin + 1, Math.round((from + side) * size))] as const;
  };
  const [[x0, x1], [y0, y1]] = [ends(left, width), ends(top, height)];
  const sums = [0, 0, 0];
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) for (let c = 0; c < 3; c++) sums[c]! += data[(y * width + x) * 3 + c]!;
  }
  return sums.map((sum) => sum / ((x1 - x0) * (y1 - y0)));
}

/** `a red cat left of a dog` → `red cat, dog`; the caption where no thing is found. */
function tagsOf(text: string): string {
  const tags = parseScene(text).objects.map(({ name, attributes }) =>
    [...attributes.map(({ word }) => word), name].join(' '),
  );
  return tags.length === 0 ? text : [...new Set(tags)].join(', ');
}
