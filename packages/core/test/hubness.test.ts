import { expect, test } from 'vitest';
import { Random } from '../src/random.ts';
import { innerProducts, softHubness } from '../src/verify/hubness.ts';

function rows(count: number, width: number, seed: number): Float32Array {
  const random = new Random('rows', seed);
  return Float32Array.from({ length: count * width }, () => random.float() * 2 - 1);
}

test('inner products are those of the definition, at any width, with many zeros on either side or none', async () => {
  for (const [width, emptyLeft, emptyRight] of [
    [1],
    [3],
    [4],
    [7],
    [40, true],
    [40, false, true],
    [40, true, true],
  ] as const) {
    const thin = (values: Float32Array, is?: boolean) => (is ? values.map((x, k) => (k % 9 === 0 ? x : 0)) : values);
    const [left, right] = [thin(rows(3, width, 1), emptyLeft), thin(rows(5, width, 2), emptyRight)];
    const product = await innerProducts(left, right, width);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 5; j++) {
        let sum = 0;
        for (let k = 0; k < width; k++) sum += left[i * width + k]! * right[j * width + k]!;
        expect(product[i * 5 + j]).toBeCloseTo(sum, 5);
      }
    }
  }
});

test('hubness is τ·ln mean exp(c/τ): the mean for a large τ, the largest for a small one', async () => {
  const [left, bank] = [rows(300, 4, 3), rows(9, 4, 4)];
  const cosines = await innerProducts(left, bank, 4);
  const row = (i: number) => [...cosines.subarray(i * 9, (i + 1) * 9)];
  const soft = await softHubness(left, bank, 4, 0.5);
  const wide = await softHubness(left, bank, 4, 1000);
  const narrow = await softHubness(left, bank, 4, 0.001);
  for (const i of [0, 255, 256, 299]) {
    const mean = row(i).reduce((sum, c) => sum + c, 0) / 9;
    const expected = 0.5 * Math.log(row(i).reduce((sum, c) => sum + Math.exp(c / 0.5), 0) / 9);
    expect(soft[i]).toBeCloseTo(expected, 5);
    expect(wide[i]).toBeCloseTo(mean, 2);
    expect(narrow[i]).toBeCloseTo(Math.max(...row(i)), 2);
  }
});

test('a bank written twice changes nothing', async () => {
  const [left, bank] = [rows(4, 3, 5), rows(6, 3, 6)];
  const twice = Float32Array.of(...bank, ...bank);
  const once = await softHubness(left, bank, 3, 0.1);
  for (const [i, value] of (await softHubness(left, twice, 3, 0.1)).entries()) expect(value).toBeCloseTo(once[i]!, 5);
});
