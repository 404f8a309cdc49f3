import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { nearestEarlier } from './nearest-earlier.ts';

/** No multiple of four. */
const width = 6;

/** Unit rows in a few heaps. */
function heaps(count: number): Float32Array {
  const rows = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const [heap, own] = [new Random('heap', i % 7), new Random('own', i)];
    const row = Array.from({ length: width }, () => heap.float() - 0.5 + 0.3 * (own.float() - 0.5));
    rows.set(
      row.map((value) => value / Math.hypot(...row)),
      i * width,
    );
  }
  return rows;
}

const cosine = (rows: Float32Array, a: number, b: number) =>
  Array.from({ length: width }, (_, d) => d).reduce((sum, d) => sum + rows[a * width + d]! * rows[b * width + d]!, 0);

test.each([1, 4, 25, 1000])('finds what comparing all with all finds, %i rows at a time', async (atOnce) => {
  const rows = heaps(60);
  const [from, stay] = [0.96, [] as number[]];
  const expected = new Map<number, number>();
  for (let i = 0; i < 60; i++) {
    const nearest = Math.max(-1, ...stay.map((j) => cosine(rows, i, j)));
    if (nearest >= from) expected.set(i, nearest);
    else stay.push(i);
  }
  let most = 0;
  const read = async (places: readonly number[]) => {
    most = Math.max(most, places.length);
    return Float32Array.from(places.flatMap((place) => [...rows.subarray(place * width, (place + 1) * width)]));
  };
  const found = await nearestEarlier([...Array(60).keys()], { width, from, read, atOnce });
  expect([...found.keys()].sort((a, b) => a - b)).toEqual([...expected.keys()]);
  for (const [place, { of, cosine: near }] of found) {
    expect(stay).toContain(of);
    expect(of).toBeLessThan(place);
    expect(near).toBeCloseTo(expected.get(place)!, 5);
    expect(near).toBeCloseTo(cosine(rows, place, of), 5);
  }
  expect(expected.size).toBeGreaterThan(10);
  expect(stay.length).toBeGreaterThan(7);
  expect(most).toBeLessThanOrEqual(atOnce);
});

test('equal rows are near from 1 on, and the first of equally near ones is named', async () => {
  const row = heaps(1);
  const read = async (places: readonly number[]) => Float32Array.from(places.flatMap(() => [...row]));
  const found = await nearestEarlier([5, 8, 9], { width, from: 1, read });
  expect([...found]).toEqual([
    [8, { of: 5, cosine: 1 }],
    [9, { of: 5, cosine: 1 }],
  ]);
});

test('stops where it is told to', async () => {
  const rows = new Float32Array(9000 * 512);
  const read = async (places: readonly number[]) => rows.subarray(0, places.length * 512);
  const signal = AbortSignal.abort(new Error('stopped'));
  const going = nearestEarlier([...Array(9000).keys()], { width: 512, from: 0.5, read, signal });
  await expect(going).rejects.toThrow('stopped');
});
