import { describe, expect, it } from 'vitest';
import type { Scores } from '../composition/score-model.ts';
import { chooseTrial, type Key, type Row, renderRows, renderTrade, renderTrials } from './trade.ts';

const scores = (colour: number, verb: number, recallAt1: number): Scores => ({
  mean: (colour + verb) / 2,
  categories: Object.fromEntries(
    Object.entries({ colour, verb }).map(([name, group]) => [name, { text: group, image: group, group, n: 10 }]),
  ),
  recallAt1,
  zeroShot: recallAt1 / 2,
});
const row = (key: Partial<Key>, validation: Scores, test?: Scores): Row => ({
  ...{ variant: 'outside', seed: 1, learningRate: 1e-4, steps: 9, alpha: 1, ...key },
  ...{ imagesSeen: 576, validation, ...(test && { test }), command: 'node run.ts', commit: 'abc' },
});

describe('chooseTrial', () => {
  it('weighs composition and retrieval alike, on validation', () => {
    const forgets = row({ learningRate: 1 }, scores(0.9, 0.9, 0.2));
    const balanced = row({ learningRate: 2 }, scores(0.8, 0.8, 0.4));
    const timid = row({ learningRate: 3 }, scores(0.5, 0.5, 0.6));
    expect(chooseTrial([forgets, balanced, timid])).toBe(balanced);
    const lines = renderTrials([forgets, balanced, timid]).split('\n');
    expect(lines.filter((line) => line.includes('chosen'))).toEqual(['| 2 | 9 | 0.800 | 0.400 | 0.600, chosen |']);
  });

  it('takes the first of equal trials, and refuses none', () => {
    const equal = [row({ learningRate: 1 }, scores(0.8, 0.8, 0.4)), row({ learningRate: 2 }, scores(0.6, 0.6, 0.6))];
    expect(chooseTrial(equal)).toBe(equal[0]);
    expect(() => chooseTrial([])).toThrow('run the trials first');
  });
});

const low = scores(0, 0, 0);
const rows = [
  row({ variant: 'start', learningRate: 0, steps: 0, alpha: 0 }, low, scores(0.4, 0.8, 0.5)),
  row({ seed: 1, alpha: 0.5 }, low, scores(0.6, 0.8, 0.5)),
  row({ seed: 1 }, low, scores(0.9, 0.5, 0.4)),
  row({ seed: 2 }, low, scores(0.7, 0.7, 0.2)),
];

it('shows the held-out vendor apart for what was taught, means over seeds', () => {
  const [head, , ...lines] = renderRows(rows, ['colour']).split('\n');
  expect(head).toMatch(/balance on validation \| taught \| others \| colour \| verb \|$/);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^\| before \| 0 \| 1 \| 0\.600 \| 0\.500 \| 0\.250 \| 0\.000 \| 0\.400 \| 0\.800 \|/);
  expect(lines[2]).toContain('| 0.700 ± 0.000 | 0.300 ± 0.141 |');
  expect(lines[2]).toContain('| 0.800 ± 0.141 | 0.600 ± 0.141 |');
});

it('draws from the start through the alphas to the variant, and names its end', () => {
  const svg = renderTrade(rows, 'recallAt1');
  const path = svg.match(/<path d="([^"]+)"/)![1]!;
  const points = path
    .slice(1)
    .split('L')
    .map((point) => point.split(' ').map(Number));
  expect(points).toHaveLength(3);
  const [start, between, end] = points as [number[], number[], number[]];
  expect(between[0]).toBe(start[0]); // the same R@1
  expect(end[0]).toBeLessThan(start[0]!); // less
  expect(end[1]).toBe(between[1]); // the same group score of 0.7
  expect(between[1]).toBeLessThan(start[1]!); // more: upwards
  expect(svg.match(/<circle/g)).toHaveLength(2);
  expect(svg).toMatch(/>outside<\/text>/);
});
