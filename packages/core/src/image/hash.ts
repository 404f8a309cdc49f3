import { createHash } from 'node:crypto';
import type { Pixels } from '../pair.ts';

/** Hex sha256. */
export function hashBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hex sha256 of size and pixels: equal for a picture and its losslessly re-encoded copy. */
export function hashPixels({ width, height, data }: Pixels): string {
  return createHash('sha256').update(`${width}x${height}:`).update(data).digest('hex');
}

/**
 * 64-bit perceptual hash (pHash: 32×32 grey, cosine transform, the 8×8 lowest frequencies, each above or below their median)
 * as 16 hex digits. It changes by few bits where a picture was re-compressed or scaled; a mirrored one is far away.
 */
export function perceptualHash(pixels: Pixels): string {
  const low = lowFrequencies(shrinkToGrey(pixels));
  // The first coefficient is the mean brightness and would only skew the median; its bit stays 0.
  const rest = [...low.subarray(1)].sort((a, b) => a - b);
  const median = rest[rest.length >> 1]!;
  let hex = '';
  for (let digit = 0; digit < 16; digit++) {
    let value = 0;
    for (let bit = 0; bit < 4; bit++) {
      const index = digit * 4 + bit;
      // Rounding noise of flat pictures is no feature.
      value = value * 2 + (index > 0 && low[index]! > median + 1e-3 ? 1 : 0);
    }
    hex += value.toString(16);
  }
  return hex;
}

/** Number of bits, 0–64, in which two perceptual hashes differ. */
export function hammingDistance(a: string, b: string): number {
  return differingBits(a, b, 0) + differingBits(a, b, 8);
}

function differingBits(a: string, b: string, start: number): number {
  let bits = Number.parseInt(a.slice(start, start + 8), 16) ^ Number.parseInt(b.slice(start, start + 8), 16);
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count++;
  return count;
}

const side = 32;

/** Mean grey value of each cell of a 32×32 grid; cells take parts of the pixels on their edges. */
function shrinkToGrey({ width, height, data }: Pixels): Float64Array {
  const columns = cells(width);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const grey = new Float64Array(side * side);
  const row = new Float64Array(side);
  let held = -1;
  for (const [y, { first, last, firstShare, lastShare, share }] of cells(height).entries()) {
    for (let index = first; index <= last; index++) {
      // The row on which two cells meet is asked for by both.
      if (index !== held) shrinkRow(view, index * width, columns, row);
      held = index;
      const part = index === first ? firstShare : index === last ? lastShare : share;
      for (let x = 0; x < side; x++) grey[y * side + x]! += part * row[x]!;
    }
  }
  return grey;
}

/** Pixels of which sixteen bits hold the sum of a channel. */
const mostAtOnce = 512;

/**
 * Mean grey value of a row's part in each column of cells. Four pixels are read as three words, each with two channels in its odd
 * bytes and two in its even ones, and added two at a time; the sums are integers, so that no order changes them.
 * @param start The row's first pixel.
 */
function shrinkRow(view: DataView, start: number, columns: readonly Cell[], row: Float64Array): void {
  for (let x = 0; x < side; x++) {
    const { first, last, firstShare, lastShare, share } = columns[x]!;
    let at = (start + first) * 3;
    const end = (start + last + 1) * 3;
    const firstGrey = 299 * view.getUint8(at) + 587 * view.getUint8(at + 1) + 114 * view.getUint8(at + 2);
    const lastGrey = 299 * view.getUint8(end - 3) + 587 * view.getUint8(end - 2) + 114 * view.getUint8(end - 1);
    let [red, green, blue] = [0, 0, 0];
    while (end - at >= 12) {
      let [redBlue, greenRed, blueGreen] = [0, 0, 0];
      const stop = Math.min(end - 11, at + mostAtOnce * 3);
      for (; at < stop; at += 12) {
        const one = view.getInt32(at, true);
        const two = view.getInt32(at + 4, true);
        const three = view.getInt32(at + 8, true);
        redBlue = (redBlue + (one & 0xff00ff) + ((three >>> 8) & 0xff00ff)) | 0;
        greenRed = (greenRed + ((one >>> 8) & 0xff00ff) + (two & 0xff00ff)) | 0;
        blueGreen = (blueGreen + ((two >>> 8) & 0xff00ff) + (three & 0xff00ff)) | 0;
      }
      red += (redBlue & 0xffff) + (greenRed >>> 16);
      green += (greenRed & 0xffff) + (blueGreen >>> 16);
      blue += (blueGreen & 0xffff) + (redBlue >>> 16);
    }
    for (; at < end; at += 3) {
      red += view.getUint8(at);
      green += view.getUint8(at + 1);
      blue += view.getUint8(at + 2);
    }
    const between = last > first ? 299 * red + 587 * green + 114 * blue - firstGrey - lastGrey : 0;
    row[x] = (firstShare * firstGrey + lastShare * lastGrey + share * between) / 1000;
  }
}

interface Cell {
  readonly first: number;
  readonly last: number;
  readonly firstShare: number;
  readonly lastShare: number;
  readonly share: number;
}

/** The first and the last pixel of each of the 32 parts of a length, and what share of the part these and those between are. */
function cells(length: number): Cell[] {
  return Array.from({ length: side }, (_, cell) => {
    const from = (cell * length) / side;
    const to = ((cell + 1) * length) / side;
    const first = Math.floor(from);
    const last = Math.min(length, Math.ceil(to)) - 1;
    const share = 1 / (to - from);
    const firstShare = (Math.min(first + 1, to) - from) * share;
    return { first, last, firstShare, lastShare: last > first ? (to - last) * share : 0, share };
  });
}

const cosines = Float64Array.from({ length: 8 * side }, (_, i) =>
  Math.cos((Math.PI * Math.floor(i / side) * (2 * (i % side) + 1)) / (2 * side)),
);

/** The 8×8 lowest coefficients of the two-dimensional DCT-II, row by row. */
function lowFrequencies(grey: Float64Array): Float64Array {
  const rows = new Float64Array(side * 8);
  for (let y = 0; y < side; y++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += grey[y * side + x]! * cosines[u * side + x]!;
      rows[y * 8 + u] = sum;
    }
  }
  const low = new Float64Array(64);
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let y = 0; y < side; y++) sum += rows[y * 8 + u]! * cosines[v * side + y]!;
      low[v * 8 + u] = sum;
    }
  }
  return low;
}
