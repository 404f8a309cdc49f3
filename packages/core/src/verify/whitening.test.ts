import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { fitWhitening, whiten } from './whitening.ts';

const width = 6;
const random = new Random('whitening');
const normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
/** A common direction ten times as strong as each one's own. */
const rows = Float32Array.from(
  Array.from({ length: 500 }, () => {
    const common = 10 * normal();
    return Array.from({ length: width }, () => common + normal());
  }).flat(),
);

test('whitened products are those of the inverse second moments, shrunk', () => {
  const factor = fitWhitening(rows, width);
  const n = rows.length / width;
  const moment = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (rows[i * width + a]! * rows[i * width + b]!) / n;
    return sum;
  };
  const mean = Array.from({ length: width }, (_, a) => moment(a, a)).reduce((a, b) => a + b) / width;
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < width; b++) {
      let product = 0;
      for (let k = 0; k < width; k++) product += factor[a * width + k]! * factor[b * width + k]!;
      expect(product).toBeCloseTo(moment(a, b) + (a === b ? 2 * mean : 0), 2);
      if (b > a) expect(factor[a * width + b]).toBe(0);
    }
  }
  const whitened = Float32Array.from([1, 2, 3, 4, 5, 6]);
  whiten(whitened, factor);
  for (let a = 0; a < width; a++) {
    let back = 0;
    for (let k = 0; k < width; k++) back += factor[a * width + k]! * whitened[k]!;
    expect(back).toBeCloseTo(a + 1, 4);
  }
});

test('equal pictures leave nothing to whiten', () => {
  const row = Float32Array.of(1, 2, 3);
  whiten(row, fitWhitening(new Float32Array(9), 3));
  expect([...row]).toEqual([1, 2, 3]);
});

test('where rows are fewer than directions, some remain nearer to each other than others', () => {
  const wide = 60;
  const few = Array.from({ length: 6 }, (_, i) =>
    Float32Array.from({ length: wide }, (_, k) => (k === i ? 0.6 : 0) + (k === 10 + (i >> 1) ? 0.8 : 0)),
  );
  const factor = fitWhitening(Float32Array.from(few.flatMap((row) => [...row])), wide);
  for (const row of few) whiten(row, factor);
  const cosine = (a: Float32Array, b: Float32Array) => {
    const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, k) => sum + value * y[k]!, 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  };
  expect(cosine(few[0]!, few[1]!)).toBeGreaterThan(0.4); // 0.64 before
  expect(cosine(few[0]!, few[2]!)).toBeCloseTo(0, 5);
});
