import type { Outcomes } from '@anagram/core';
import { describe, expect, it } from 'vitest';
import { between, overSeeds, renderCurves, renderTable, spread, usualSteps } from './render-table.ts';
import type { Result, RowOutcomes } from './results.ts';

const outcomes = (sums: number[]): Outcomes => ({
  items: 'same',
  scores: { 'all.macro.group': [{ sums, counts: sums.map(() => 1) }] },
});
const result = (row: string, seed: number, mean: number): Result => ({
  row,
  objective: row,
  structure: 'off',
  optimizer: 'muon',
  seed,
  steps: 9,
  imagesSeen: 576,
  mean,
  categories: { colour: { text: mean, image: mean, group: mean, n: 40 } },
  recallAt1: 0.5,
  command: 'npm run proof',
  commit: 'abc',
});
const row = (name: string, seed: number, sums: number[]): RowOutcomes => ({
  world: 'shapes',
  row: name,
  seed,
  steps: 9,
  tasks: { shapes: outcomes(sums) },
});

describe('renderTable', () => {
  it('averages seeds with their deviation, puts the best row first, and tests it against plain CLIP item by item', () => {
    const wrong = Array.from({ length: 40 }, () => 0);
    const right = wrong.map(() => 1);
    const text = renderTable(
      [result('clip', 1, 0), result('clip', 2, 0), result('anagram', 1, 0.9), result('anagram', 2, 1)],
      [row('clip', 1, wrong), row('clip', 2, wrong), row('anagram', 1, right), row('anagram', 2, right)],
    );
    const lines = text.split('\n');
    expect(lines[2]).toMatch(
      /^\| Anagram \| muon \| 9 \| 2 \| 0\.950 ± 0\.071 \| 0\.500 ± 0\.000 \| – \| 1\.000 \[1\.000, 1\.000\], p < 0\.001/,
    );
    expect(lines[3]).toMatch(/^\| plain CLIP .* \| {2}\| 0\.000 ± 0\.000 \|$/);
  });

  it('shows the R@1 of five galleries where a row has it', () => {
    const clip = result('clip', 1, 0);
    expect(renderTable([clip], [])).not.toContain('R@1 of five');
    const [head, , ...lines] = renderTable([{ ...result('anagram', 1, 1), recallAt1Of5: 0.25 }, clip], []).split('\n');
    expect(head).toContain('| R@1 | R@1 of five | zero-shot |');
    expect(lines[0]).toContain('| 0.500 | 0.250 | – |');
    expect(lines[1]).toContain('| 0.500 | – | – |');
  });

  it('says of how many seeds a figure is that not all have', () => {
    const rows = [1, 2, 3].map((seed) => ({ ...result('anagram', seed, 1), ...(seed < 3 && { zeroShot: seed / 10 }) }));
    expect(renderTable(rows, []).split('\n')[2]).toContain('| 0.150 ± 0.071 (2) |');
  });

  it('gives one seed no deviation', () => {
    expect(spread([0.25])).toBe('0.250');
  });
});

it('adds the decisions of all seeds item by item', () => {
  const { scores } = overSeeds([outcomes([1, 0, 1]), outcomes([1, 1, 0])]);
  expect(scores['all.macro.group']![0]).toEqual({ sums: [2, 1, 1], counts: [2, 2, 2] });
});

it('draws a line for each row with its name', () => {
  const at = (name: string, step: number) =>
    ({ world: 'shapes', row: name, seed: 1, steps: 9, step, group: { colour: 0.5 } }) as const;
  const svg = renderCurves([at('clip', 3), at('clip', 9), at('anagram', 3), at('anagram', 9)]);
  expect(svg.match(/<path /g)!.length).toBe(2);
  expect(svg).toContain('>plain CLIP</text>');
  expect(svg).toMatch(/^<svg xmlns=.*<\/svg>\n$/s);
});

it('takes the length of most results, and the longer of two', () => {
  expect(usualSteps([{ steps: 9 }, { steps: 5 }, { steps: 5 }])).toBe(5);
  expect(usualSteps([{ steps: 5 }, { steps: 9 }, { steps: 9 }, { steps: 5 }])).toBe(9);
});

it('replaces what stands between the marks, and refuses a page without them', () => {
  expect(between('a\n<!-- t -->\nold\n<!-- /t -->\nb', 't', 'new')).toBe('a\n<!-- t -->\nnew\n<!-- /t -->\nb');
  expect(() => between('a', 't', 'new')).toThrow(/Expected the lines/);
});
