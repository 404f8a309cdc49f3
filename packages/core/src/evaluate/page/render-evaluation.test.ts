import { describe, expect, it } from 'vitest';
import type { Failure, TaskReport } from '../task.ts';
import { renderEvaluation } from './render-evaluation.ts';

const failure = (k: number): Failure => ({
  id: `item-${k}`,
  category: ['colour', 'size'][k % 2]!,
  detail: { texts: ['<script>alert(1)</script>', 'b & "c"'], fits: [[true], [false]], cosines: [[0.1], [0.2]] },
});

const report: TaskReport & { [field: string]: unknown } = {
  task: 'own <b>task</b>',
  scores: {
    'all.macro.choice': { value: 0.8316, n: 1234, interval: [0.7901, 0.8679] },
    'colour.choice': { value: 0.5, n: 617, interval: [0.46, 0.54] },
    'size.choice': { value: 1, n: 617, interval: [1, 1] },
  },
  chance: { 'all.macro.choice': 0.5, 'colour.choice': 0.5, 'size.choice': 0.25 },
  baselines: { shorterText: { 'all.macro.choice': 0.613, 'colour.choice': 0.7, 'size.choice': 0.4 } },
  ties: 7,
  texts: { count: 12, of: 300, first: ['a cup'] },
  classes: [
    { name: 'cat', score: { value: 0.25, n: 4, interval: [0, 0.5] } },
    { name: 'cup', score: null },
  ],
  weakest: { category: 'colour', score: { value: 0.5, n: 617, interval: [0.46, 0.54] } },
  failures: Array.from({ length: 40 }, (_, k) => failure(k)),
};

const skipped: TaskReport = {
  task: 'winoground',
  skipped: {
    reason: '2 of 800 pictures are not in ./images.',
    missing: { count: 2, first: ['ex_0_img_0', 'ex_0_img_1'], publishedAt: 'its owners' },
  },
  scores: {},
  chance: {},
  ties: 0,
  failures: [],
};

describe('renderEvaluation', () => {
  const html = renderEvaluation({ a: report, b: skipped });
  const rows = [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((cell) => cell[1]),
  );

  it('shows every score as it stands in the results, with interval, n, chance and baselines', () => {
    for (const [name, { value, n, interval }] of Object.entries(report.scores)) {
      const [low, high] = interval.map((end) => end.toFixed(3));
      const cells = [name, value.toFixed(3), `[${low}, ${high}]`, n.toLocaleString('en')];
      const references = [
        report.chance[name]!,
        (report.baselines as { shorterText: TaskReport['chance'] }).shorterText[name]!,
      ];
      expect(rows).toContainEqual([...cells, ...references.map((value) => value.toFixed(3))]);
    }
    expect(html).toContain('<b>0.832</b>95 % [0.790, 0.868], n 1,234, chance 0.500, shorter text 0.613');
    expect(html).toContain('0.500 [0.460, 0.540], n 617, chance 0.500');
    expect(html).toContain('width="83.16"');
  });

  it('shows what else the report says, and why a task was skipped with what is missing', () => {
    expect(html).toContain('<dt>texts</dt><dd>12 of 300</dd><dt>texts: first</dt><dd>a cup</dd>');
    expect(html).toContain('<dt>weakest: score</dt><dd>0.500 [0.460, 0.540], n 617</dd>');
    expect(html).toContain('<dt>ties</dt><dd>7</dd>');
    expect(html).toContain('winoground was skipped: 2 of 800 pictures are not in ./images.');
    expect(rows).toContainEqual(['ex_0_img_1']);
    expect(html).toContain('1 task scored, 1 task not.');
  });

  it('says of a sample that it is one, and of a task that failed why', () => {
    const limited = { ...report, limited: { drawn: 100, of: 7512, what: 'items' as const } };
    const failed = { ...skipped, task: 'cola', failed: { code: null, message: 'the disk <went> away' } };
    const { skipped: _, ...broken } = failed;
    const page = renderEvaluation({ a: limited, b: broken });
    expect(page).toContain('(100 of 7,512 items) all.macro.choice</td>');
    expect(page).toContain('<td class="n">0.500</td><td class="n">0.613</td>'); // chance, and the best baseline
    expect(page).toContain('A sample was scored: these are no figures of the whole.');
    expect(page).toContain('cola failed: the disk &#60;went&#62; away');
  });

  it('says how many failures of how many are shown', () => {
    expect(html).toContain('12 of 40, the worst of each category in turn; pictures are not shown.');
    expect(html.match(/<div class="card bad">/g)).toHaveLength(12);
  });

  it('escapes every text', () => {
    expect(html).not.toMatch(/<script|<b>task/);
    expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
  });

  it('is the same from results.json', () => {
    expect(renderEvaluation(JSON.parse(JSON.stringify({ a: report, b: skipped })))).toBe(html);
  });
});
