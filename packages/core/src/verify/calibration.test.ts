import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { type Calibration, fitCalibration, fuse, sweepThresholds } from './calibration.ts';
import { auroc, ratesAt, reliability } from './metrics.ts';
import { sigmoid, wrongShare } from './mixture.ts';

const towers = ['vit', 'cnn', 'noise'];

/** Wrong pairs score as random ones do, right ones 2.2 and 1.5 higher; the third tower knows nothing. */
function corpus(seed: number, { count = 3000, wrong = 0.3, wrongShift = 0 } = {}) {
  const random = new Random('corpus', seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
  const right = Array.from({ length: count }, () => random.float() >= wrong);
  const row = (shift: readonly number[]) => shift.map((x) => x + normal());
  const pairs = Float64Array.from(right.flatMap((is) => row(is ? [2.2, 1.5, 0] : [wrongShift, wrongShift, 0])));
  const shuffled = Float64Array.from(Array.from({ length: count }, () => row([0, 0, 0])).flat());
  const labels = new Map<number, boolean>();
  while (labels.size < 200) {
    const i = random.below(count);
    labels.set(i, right[i]!);
  }
  return { right, pairs, shuffled, labels };
}

function logOddsOf(calibration: Calibration, pairs: Float64Array): number[] {
  return Array.from({ length: pairs.length / 3 }, (_, i) =>
    fuse(calibration, (tower) => pairs[i * 3 + towers.indexOf(tower)]!),
  );
}

test('without any label it finds the share of wrong pairs and the weight of each tower', () => {
  const { right, pairs, shuffled } = corpus(1);
  const calibration = fitCalibration({ towers, pairs, shuffled });
  expect(calibration.baseRate).toBeGreaterThan(0.62);
  expect(calibration.baseRate).toBeLessThan(0.75);
  const { vit, cnn, noise } = calibration.weights;
  // The true log-odds are 2.2·vit + 1.5·cnn + …
  expect(vit! / cnn!).toBeCloseTo(2.2 / 1.5, 0);
  expect(Math.abs(noise!)).toBeLessThan(0.2);
  expect(auroc(logOddsOf(calibration, pairs), right)).toBeGreaterThan(0.96);
});

test('with 200 labels its probabilities are what is observed', () => {
  const { right, pairs, shuffled, labels } = corpus(2);
  const logOdds = logOddsOf(fitCalibration({ towers, pairs, shuffled, labels }), pairs);
  for (const { count, predicted, observed } of reliability(logOdds.map(sigmoid), right, 5)) {
    expect(count).toBeGreaterThan(15);
    expect(Math.abs(predicted - observed)).toBeLessThan(0.16);
  }
});

test('the chosen threshold keeps the precision that it promises, corpus after corpus', () => {
  const reached = [3, 4, 5, 6, 7, 8, 9, 10].map((seed) => {
    const { right, pairs, shuffled, labels } = corpus(seed);
    const calibration = fitCalibration({ towers, pairs, shuffled, labels });
    const logOdds = logOddsOf(calibration, pairs);
    const point = sweepThresholds(calibration, logOdds).findLast(({ precision }) => precision >= 0.95)!;
    return ratesAt(logOdds.map(sigmoid), right, point.threshold).precision;
  });
  const mean = reached.reduce((sum, x) => sum + x, 0) / reached.length;
  expect(mean).toBeGreaterThan(0.94);
  expect(mean).toBeLessThan(0.965);
  expect(Math.min(...reached)).toBeGreaterThan(0.92);
});

test('labels correct it where wrong pairs score higher than random ones', () => {
  const { right, pairs, shuffled, labels } = corpus(11, { wrongShift: 0.8 });
  const error = (calibration: Calibration) => {
    const logOdds = logOddsOf(calibration, pairs);
    const point = sweepThresholds(calibration, logOdds).findLast(({ precision }) => precision >= 0.9)!;
    return Math.abs(ratesAt(logOdds.map(sigmoid), right, point.threshold).precision - 0.9);
  };
  const labelled = error(fitCalibration({ towers, pairs, shuffled, labels }));
  expect(labelled).toBeLessThan(error(fitCalibration({ towers, pairs, shuffled })));
  expect(labelled).toBeLessThan(0.06);
});

test('the sweep falls in precision and rises in recall', () => {
  const { pairs, shuffled, labels } = corpus(12, { count: 500 });
  const calibration = fitCalibration({ towers, pairs, shuffled, labels });
  const points = sweepThresholds(calibration, logOddsOf(calibration, pairs));
  expect(points.at(-1)).toMatchObject({ share: 1 });
  expect(points.at(-1)!.recall).toBeCloseTo(1, 9);
  for (const [i, point] of points.slice(1).entries()) {
    expect(point.precision).toBeLessThanOrEqual(points[i]!.precision + 1e-12);
    expect(point.recall).toBeGreaterThan(points[i]!.recall);
    expect(point.threshold).toBeLessThan(points[i]!.threshold);
  }
});

test('the share of wrong pairs is read off the lower tail', () => {
  const { pairs, shuffled } = corpus(13, { wrong: 0.2 });
  const first = (rows: Float64Array) => rows.filter((_, at) => at % 3 === 0);
  const share = wrongShare(first(pairs), first(shuffled));
  expect(share).toBeGreaterThan(0.17);
  expect(share).toBeLessThan(0.27);
});
