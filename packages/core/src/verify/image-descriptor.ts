import type { Pixels } from '../pair.ts';

const colourCells = 8;
const edgeCells = 5;
const directions = 8;
/** Length of the two parts: mean colours of an 8×8 grid, and strength of edges by direction in a 5×5 grid. */
export const colourWidth = colourCells ** 2 * 3;
export const edgeWidth = edgeCells ** 2 * directions;
export const descriptorWidth = colourWidth + edgeWidth;

/**
 * What a picture looks like, without any training: where its colours and its edges are (Dalal & Triggs 2005, in small).
 * @returns (392): colours in 0–1, then square roots of mean edge strength.
 */
export function describeImage({ width, height, data }: Pixels): Float32Array {
  const result = new Float32Array(descriptorWidth);
  const counts = new Float32Array(colourCells ** 2);
  const grey = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const cell = Math.floor((y * colourCells) / height) * colourCells + Math.floor((x * colourCells) / width);
      counts[cell]!++;
      for (let c = 0; c < 3; c++) {
        const value = data[at * 3 + c]! / 255;
        grey[at]! += value / 3;
        result[cell * 3 + c]! += value;
      }
    }
  }
  for (let k = 0; k < colourWidth; k++) result[k]! /= Math.max(1, counts[Math.floor(k / 3)]!);
  addEdges(result.subarray(colourWidth), grey, width, height);
  return result;
}

function addEdges(edges: Float32Array, grey: Float32Array, width: number, height: number): void {
  const counts = new Float32Array(edgeCells ** 2);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const dx = grey[at + 1]! - grey[at - 1]!;
      const dy = grey[at + width]! - grey[at - width]!;
      const row = Math.floor(((y - 1) * edgeCells) / (height - 2));
      const cell = row * edgeCells + Math.floor(((x - 1) * edgeCells) / (width - 2));
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
