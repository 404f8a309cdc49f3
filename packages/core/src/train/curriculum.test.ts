import { expect, test } from 'vitest';
import { Curriculum, observe, resultLag } from './curriculum.ts';

const settings = { byError: true, floor: 0.1, momentum: 0.5 };
const fresh = () => new Curriculum(settings, { errors: {}, pending: [] });

test('a draw is right only if all of its rows beat their negatives', () => {
  const ownMargin = Float32Array.of(0.1, -0.1, 0.2, 0.3, Number.NaN, 0);
  const draws = [
    { rows: [0, 1], categories: ['colour'] },
    { rows: [2, 3], categories: ['colour'] },
    { rows: [4], categories: ['verb'] },
    { rows: [5], categories: ['size', 'size'] },
  ];
  expect(observe(7, { ownMargin }, draws)).toEqual({ step: 7, categories: { colour: [1, 2], size: [1, 1] } });
});

test('a result counts from a fixed number of steps later on', () => {
  const curriculum = fresh();
  curriculum.add({ step: 0, categories: { colour: [0, 4] } });
  curriculum.advanceTo(resultLag - 1);
  expect(curriculum.errors).toEqual({});
  curriculum.advanceTo(resultLag);
  expect(curriculum.errors).toEqual({ colour: 0.5 });
});

test('categories weigh floor plus error, those without a result the mean', () => {
  const curriculum = fresh();
  expect(curriculum.weight('verb')).toBeCloseTo(1.1);
  curriculum.add({ step: 0, categories: { colour: [0, 4], size: [4, 4] } });
  curriculum.advanceTo(3);
  expect(curriculum.weight('colour')).toBeCloseTo(0.6);
  expect(curriculum.weight('size')).toBeCloseTo(1.1);
  expect(curriculum.weight('verb')).toBeCloseTo(0.85);
  expect(curriculum.weight(null)).toBeCloseTo(0.85);
});

test('going on from saved errors and young results gives the same weights', () => {
  const results = Array.from({ length: 9 }, (_, step) => ({
    step,
    categories: { a: [step % 2, 1] as [number, number] },
  }));
  const whole = fresh();
  for (const result of results) whole.add(result);
  whole.advanceTo(9);
  const stop = 5;
  const before = fresh();
  for (const result of results.slice(0, stop)) before.add(result);
  before.advanceTo(stop - 1);
  const after = new Curriculum(settings, { errors: before.errors, pending: results.slice(stop - resultLag, stop) });
  for (const result of results.slice(stop)) after.add(result);
  after.advanceTo(9);
  expect(after.errors).toEqual(whole.errors);
});
