import type { Pixels } from '../pair.ts';

/** Edges are counted twice: where they are, roughly by direction, and what directions there are, roughly by place. */
const edgeGrids = [
  { cells: 5, directions: 8 },
  { cells: 3, directions: 12 },
] as const;
const colourCells = 8;
const colourWidth = colourCells ** 2 * 3;
/** Shapes tell more than colours about what is shown. */
const colourWeight = 0.7;

/** Parts of a descriptor, one after another: mean colours of an 8×8 grid, then strength of edges by direction in each grid. */
export const descriptorParts: readonly { readonly width: number; readonly weight: number }[] = [
  { width: colourWidth, weight: colourWeight },
  ...edgeGrids.map(({ cells, directions }) => ({ width: cells ** 2 * directions, weight: 1 })),
];
export const descriptorWidth = descriptorParts.reduce((sum, { width }) => sum + width, 0);

/**
 * What a picture looks like, without any training: where its colours and its edges are (Dalal & Triggs 2005, in small).
 * @returns (500): colours in 0–1, then square roots of mean edge strengths.
 */
export function describeImage({ width, height, data }: Pixels): Float32Array {
  const result = new Float32Array(descriptorWidth);
  const counts = new Float32Array(colourCells ** 2);
  const grey = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const cell = cellOf(x, y, width, height, colourCells);
      counts[cell]!++;
      for (let c = 0; c < 3; c++) {
        const value = data[at * 3 + c]! / 255;
        grey[at]! += value / 3;
        result[cell * 3 + c]! += value;
      }
    }
  }
  for (let k = 0; k < colourWidth; k++) result[k]! /= Math.max(1, counts[Math.floor(k / 3)]!);
  let start = colourWidth;
  for (const grid of edgeGrids) {
    const edges = result.subarray(start, start + grid.cells ** 2 * grid.directions);
    addEdges(edges, { grey, width, height }, grid);
    start += edges.length;
  }
  return result;
}

function addEdges(
  edges: Float32Array,
  { grey, width, height }: { grey: Float32Array; width: number; height: number },
  { cells, directions }: { cells: number; directions: number },
): void {
  const counts = new Float32Array(cells ** 2);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const dx = grey[at + 1]! - grey[at - 1]!;
      const dy = grey[at + width]! - grey[at - width]!;
      const cell = cellOf(x - 1, y - 1, width - 2, height - 2, cells);
      counts[cell]!++;
      const turn = (Math.atan2(dy, dx) / Math.PI + 1) / 2;
      const direction = Math.min(directions - 1, Math.floor(turn * directions));
      edges[cell * directions + direction]! += Math.sqrt(dx * dx + dy * dy);
    }
  }
  for (let k = 0; k < edges.length; k++) {
    edges[k] = Math.sqrt(edges[k]! / Math.max(1, counts[Math.floor(k / directions)]!));
  }
}

function cellOf(x: number, y: number, width: number, height: number, cells: number): number {
  return Math.floor((y * cells) / height) * cells + Math.floor((x * cells) / width);
}
