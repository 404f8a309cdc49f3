import type { BarRow } from '../../report/bars.ts';
import { type Block, renderReport, type Section } from '../../report/html.ts';
import { roundRange } from '../../report/ticks.ts';
import type { ScoreComparison } from '../compare-reports.ts';
import { count, share } from './figures.ts';

export interface RenderComparisonOptions {
  /** What the two models are called. */
  readonly names: readonly [first: string, second: string];
  /** By task, what `compareReports` returns. */
  readonly comparisons: { readonly [task: string]: { readonly [score: string]: ScoreComparison } };
  /** @default 'Comparison of two models' */
  readonly title?: string;
}

/**
 * Two models on the same items as one self-contained page: for each score the difference with its interval, and p.
 * @returns HTML.
 */
export function renderComparison({
  names: [first, second],
  comparisons,
  title = 'Comparison of two models',
}: RenderComparisonOptions): string {
  const scores = Object.values(comparisons).reduce((sum, byScore) => sum + Object.keys(byScore).length, 0);
  return renderReport({
    title,
    subtitle: `${second} less ${first}, on the same items: above 0 the second is better. 95 % paired bootstrap intervals; p by sign flips, two-sided, not corrected for the ${count(scores)} scores of this page.`,
    sections: Object.entries(comparisons).map(([task, byScore]) => section(task, byScore, first, second)),
  });
}

function section(
  task: string,
  byScore: { readonly [score: string]: ScoreComparison },
  first: string,
  second: string,
): Section {
  const all = Object.entries(byScore);
  const ends = all.flatMap(([, { difference, interval }]) => [difference, ...interval]);
  const forest: Block = {
    kind: 'bars',
    title: 'Difference',
    shape: 'point',
    domain: roundRange(Math.min(-0.01, ...ends), Math.max(0.01, ...ends)),
    legend: { value: 'difference', interval: '95 % interval' },
    rows: all.map(
      ([name, { difference, interval, p }]): BarRow => ({
        name,
        value: difference,
        interval,
        text: `${signed(difference)} [${interval.map(signed).join(', ')}], p ${probability(p)}`,
      }),
    ),
  };
  const table: Block = {
    kind: 'table',
    title: 'All scores',
    head: ['score', first, second, 'difference', '95 % interval', 'p', 'n'],
    rows: all.map(([name, each]) => [
      name,
      share(each.first),
      share(each.second),
      signed(each.difference),
      `[${each.interval.map(signed).join(', ')}]`,
      probability(each.p),
      each.n,
    ]),
  };
  return { title: task, blocks: [forest, table] };
}

/** `+0.042`, `−0.010` */
function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${share(Math.abs(value))}`;
}

function probability(p: number): string {
  return p < 0.001 ? '< 0.001' : share(p);
}
