import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { chooseThreshold } from './choose-threshold.ts';
import { ratesAt } from './metrics.ts';
import { sigmoid } from './mixture.ts';

const towers = ['vit', 'cnn'];
const random = new Random('choose threshold');
const normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
const right = Array.from({ length: 2000 }, () => random.float() < 0.7);
/** Wrong pairs score higher than random ones, so that an estimate without labels is too kind. */
const pairs = Float64Array.from(right.flatMap((is) => [normal() + (is ? 2.2 : 0.3), normal() + (is ? 1.6 : 0.3)]));
const shuffled = Float64Array.from({ length: 8000 }, normal);

function drawLabels(count: number): Map<number, boolean> {
  const labels = new Map<number, boolean>();
  while (labels.size < count) {
    const i = random.below(right.length);
    labels.set(i, right[i]!);
  }
  return labels;
}

const options = { target: { precision: 0.95 }, confidence: 0.8, guarantee: true };

test('a guarantee is missed no more often than it says', () => {
  let misses = 0;
  let proved = 0;
  for (let draw = 0; draw < 16; draw++) {
    const chosen = chooseThreshold({ towers, pairs, shuffled, labels: drawLabels(400) }, options);
    const { threshold } = chosen.calibration;
    if (chosen.promise === 'estimated') continue;
    proved++;
    const { precision, kept } = ratesAt(chosen.logOdds.map(sigmoid), right, threshold);
    expect(kept).toBe(chosen.point.kept);
    if (precision < 0.95) misses++;
  }
  expect(proved).toBeGreaterThan(10);
  // A fifth is allowed, 3 of 16; 8 is what chance makes of it once in a hundred times.
  expect(misses).toBeLessThan(8);
}, 60_000);

test('it says what it promises, and what it cannot', () => {
  const statement = (labels: number, guarantee: boolean) => {
    const evidence = { towers, pairs, shuffled, labels: drawLabels(labels) };
    return chooseThreshold(evidence, { ...options, guarantee }).statement;
  };
  expect(statement(400, true)).toMatch(/^Guaranteed: of a hundred draws of 400 labels, at most 20 /);
  expect(statement(400, false)).toBe('An estimate from 400 labels and the scores of all pairs: no guarantee.');
  expect(statement(25, true)).toMatch(
    /prove no threshold for a precision of 95 % at a confidence of 80 %: it takes \d+ labels or more, .*Label more pairs/,
  );
  expect(statement(0, true)).toContain('without labels');
});

test('a target of recall or share needs no proof', () => {
  const evidence = { towers, pairs, shuffled, labels: drawLabels(200) };
  const { promise, point } = chooseThreshold(evidence, { ...options, target: { keep: 0.5 } });
  expect(promise).toBe('estimated');
  expect(point.share).toBeCloseTo(0.5, 2);
});
