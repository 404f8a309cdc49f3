import { giveWay } from '../pause.ts';
import { roundScore } from './records.ts';

export interface NearestEarlier {
  /** Place of a row that stays. */
  readonly of: number;
  /** Rounded to six digits. */
  readonly cosine: number;
}

interface Rows {
  /** Of each row. */
  readonly places: readonly number[];
  /** (places, width) of unit length */
  readonly values: Float32Array;
}

export interface NearestEarlierOptions {
  readonly width: number;
  /** Least cosine, 0–1. */
  readonly from: number;
  /** @returns (places, width) rows of unit length. */
  readonly read: (places: readonly number[]) => Promise<Float32Array>;
  /** Rows that are compared at one time: memory holds three times as many. @default what 32 MiB hold */
  readonly atOnce?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Multiplications between two looks at what else there is to do: some hundredths of a second. */
const workAtOnce = 2 ** 25;
/** More than six digits of a cosine round away. */
const roundingError = 1e-5;

/**
 * Goes through rows in order: one that is near a row that stays does not stay. Grows with their number times the number that stays.
 * @returns By place what is nearest to the rows that do not stay, of equally near ones the first.
 */
export async function nearestEarlier(
  places: readonly number[],
  { width, from, read, signal, atOnce = Math.ceil(2 ** 23 / width) }: NearestEarlierOptions,
): Promise<Map<number, NearestEarlier>> {
  const found = new Map<number, NearestEarlier>();
  const stay: number[] = [];
  let work = 0;
  const look = async (place: number, row: Float32Array, among: Rows) => {
    const near = nearest(row, among, from);
    if (near && near.cosine > (found.get(place)?.cosine ?? -1)) found.set(place, near);
    work += among.places.length * width;
    if (work < workAtOnce) return;
    work = 0;
    await giveWay(signal);
  };
  for (let at = 0; at < places.length; at += atOnce) {
    const own = places.slice(at, at + atOnce);
    const values = await read(own);
    const rowOf = (i: number) => values.subarray(i * width, (i + 1) * width);
    for (let k = 0; k < stay.length; k += atOnce) {
      const earlier = stay.slice(k, k + atOnce);
      const among = { places: earlier, values: await read(earlier) };
      for (const [i, place] of own.entries()) await look(place, rowOf(i), among);
    }
    const among = { places: [] as number[], values: new Float32Array(values.length) };
    for (const [i, place] of own.entries()) {
      await look(place, rowOf(i), among);
      if (found.has(place)) continue;
      among.values.set(rowOf(i), among.places.length * width);
      among.places.push(place);
    }
    stay.push(...among.places);
  }
  return found;
}

function nearest(row: Float32Array, { places, values }: Rows, from: number): NearestEarlier | null {
  let best: NearestEarlier | null = null;
  for (const [k, of] of places.entries()) {
    const product = dot(row, values, k * row.length);
    if (product < from - roundingError) continue;
    const cosine = roundScore(product);
    if (cosine >= from && cosine > (best?.cosine ?? -1)) best = { of, cosine };
  }
  return best;
}

/** Of a row and the one that begins at a place. In four sums, which do not wait for each other: twice as fast. */
function dot(row: Float32Array, values: Float32Array, start: number): number {
  const whole = row.length - (row.length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let k = 0, at = start; k < whole; k += 4, at += 4) {
    a += row[k]! * values[at]!;
    b += row[k + 1]! * values[at + 1]!;
    c += row[k + 2]! * values[at + 2]!;
    d += row[k + 3]! * values[at + 3]!;
  }
  for (let k = whole; k < row.length; k++) a += row[k]! * values[start + k]!;
  return a + b + c + d;
}
