import { native } from '../native.ts';

/**
 * out[i, j] = left_i · right_j for (n, width) and (m, width), row by row: (n, m). Where one side is nearly all zeros (bags of
 * words), only its other values are looked at.
 */
export async function innerProducts(left: Float32Array, right: Float32Array, width: number): Promise<Float32Array> {
  if (isSparse(right)) return sparseProducts(left, right, width, (i, j, m) => i * m + j);
  if (isSparse(left)) return sparseProducts(right, left, width, (j, i, _, n) => i * n + j);
  return (await native()).innerProducts(left, right, width);
}

function isSparse(rows: Float32Array): boolean {
  let filled = 0;
  for (const value of rows) if (value !== 0 && ++filled * 8 >= rows.length) return false;
  return true;
}

/** @param at Where the product of dense row i of n and sparse row j of m belongs. */
function sparseProducts(
  dense: Float32Array,
  sparse: Float32Array,
  width: number,
  at: (i: number, j: number, m: number, n: number) => number,
): Float32Array {
  const n = dense.length / width;
  const m = sparse.length / width;
  const out = new Float32Array(n * m);
  for (let j = 0; j < m; j++) {
    const places: number[] = [];
    const values: number[] = [];
    for (let k = 0; k < width; k++) {
      const value = sparse[j * width + k]!;
      if (value === 0) continue;
      places.push(k);
      values.push(value);
    }
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < places.length; k++) sum += dense[i * width + places[k]!]! * values[k]!;
      out[at(i, j, m, n)] = sum;
    }
  }
  return out;
}

const block = 256;

/**
 * How much a row agrees with everything: τ·ln mean_j exp(c_ij / τ) over a bank of the other modality. Subtracting half of
 * it for the picture and half for the text from their cosine keeps what is particular to the two (negCLIPLoss,
 * arXiv 2405.19547, eq. 1, with means in place of sums so that the size of the bank does not matter).
 * @param rows (n, width). @param bank (m, width). @returns (n), in units of the cosine.
 */
export async function softHubness(
  rows: Float32Array,
  bank: Float32Array,
  width: number,
  temperature: number,
): Promise<Float32Array> {
  const n = rows.length / width;
  const m = bank.length / width;
  const result = new Float32Array(n);
  for (let start = 0; start < n; start += block) {
    const count = Math.min(block, n - start);
    const cosines = await innerProducts(rows.subarray(start * width, (start + count) * width), bank, width); // (count, m)
    for (let i = 0; i < count; i++) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < m; j++) largest = Math.max(largest, cosines[i * m + j]!);
      let sum = 0;
      for (let j = 0; j < m; j++) sum += Math.exp((cosines[i * m + j]! - largest) / temperature);
      result[start + i] = largest + temperature * Math.log(sum / m);
    }
  }
  return result;
}
