import { expect, it } from 'vitest';
import { loadBinding } from '../lib/index.ts';

const binding = await loadBinding();

/** Whole numbers, so that every sum is exact whatever the order; small ones, so that there are many ties. */
function wholeNumbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (Math.floor(state / 65536) % 7) - 3;
  });
}

/** Every score computed and all of them sorted. */
function sorted(queries: Float32Array, rows: Float32Array, width: number, k: number) {
  const index: number[] = [];
  const score: number[] = [];
  for (let q = 0; q < queries.length; q += width) {
    const scores = Array.from({ length: rows.length / width }, (_, n) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += queries[q + d]! * rows[n * width + d]!;
      return { n, sum };
    }).sort((a, b) => b.sum - a.sum || a.n - b.n);
    for (const { n, sum } of scores.slice(0, k)) {
      index.push(n);
      score.push(sum);
    }
  }
  return { index, score };
}

it.each([
  ['one of many', 3, 50, 1],
  ['several', 5, 300, 10],
  ['all of them', 4, 20, 20],
  ['across blocks of queries and rows', 300, 8500, 3],
])('finds what sorting all scores finds, ties by lower index: %s', async (_, queryCount, rowCount, k) => {
  const width = 4;
  const queries = wholeNumbers(queryCount * width, 1);
  const rows = wholeNumbers(rowCount * width, 2);
  const found = await binding.nearest(queries, rows, width, k);
  const expected = sorted(queries, rows, width, k);
  expect(Array.from(found.index)).toEqual(expected.index);
  expect(Array.from(found.score)).toEqual(expected.score);
});

it('ranks a row that is not a number last', async () => {
  const found = await binding.nearest(Float32Array.of(1, 0), Float32Array.of(Number.NaN, 0, -5, 0, 3, 0), 2, 3);
  expect(Array.from(found.index)).toEqual([2, 1, 0]);
});

it('answers no queries with nothing', async () => {
  const found = await binding.nearest(new Float32Array(0), wholeNumbers(8, 1), 4, 2);
  expect([found.index.length, found.score.length]).toEqual([0, 0]);
});

it.each([0, 6, 1.5])('refuses k = %d of 5 rows', async (k) => {
  await expect((async () => binding.nearest(wholeNumbers(4, 1), wholeNumbers(20, 2), 4, k))()).rejects.toThrow(/k/);
});

it('multiplies every row with every row', async () => {
  const [left, right] = [wholeNumbers(3 * 4, 1), wholeNumbers(5 * 4, 2)];
  const products = await binding.innerProducts(left, right, 4);
  const expected = Array.from({ length: 15 }, (_, at) => {
    const [i, j] = [Math.floor(at / 5), at % 5];
    return [0, 1, 2, 3].reduce((sum, d) => sum + left[i * 4 + d]! * right[j * 4 + d]!, 0);
  });
  expect(Array.from(products)).toEqual(expected);
  expect(await binding.innerProducts(new Float32Array(0), right, 4)).toHaveLength(0);
});

it('refuses rows of another width', async () => {
  await expect((async () => binding.innerProducts(wholeNumbers(6, 1), wholeNumbers(8, 2), 4))()).rejects.toThrow(
    'left must have rows of 4 values, received 6 values.',
  );
});
