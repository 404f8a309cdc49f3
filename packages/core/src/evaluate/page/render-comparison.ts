import type { BarRow } from '../../report/bars.ts';
import { type Block, renderReport, type Section } from '../../report/html.ts';
import { roundRange } from '../../report/ticks.ts';
import type { EvaluationComparison, ScoreComparison } from '../compare-reports.ts';
import { count, share } from './figures.ts';

/** Two models by their names, and what `compareEvaluations` returns for them. */
export interface NamedComparison
  extends Pick<EvaluationComparison, 'tasks'>,
    Partial<Pick<EvaluationComparison, 'refused'>> {
  readonly first: string;
  readonly second: string;
}

/**
 * Two models on the same items, or several with the first, as one self-contained page: for each score the difference with its
 * interval, and p.
 * @param options.title Of the page. @default 'Comparison of models'
 * @returns HTML.
 */
export function renderComparison(
  comparisons: readonly NamedComparison[],
  { title = 'Comparison of models' }: { readonly title?: string } = {},
): string {
  const scores = comparisons.flatMap(({ tasks }) => Object.values(tasks).flatMap((byScore) => Object.keys(byScore)));
  return renderReport({
    title,
    subtitle: `Differences on the same items: above 0 the model before “less” is better. 95 % paired bootstrap intervals; p by sign flips, two-sided, not corrected for the ${count(scores.length)} scores of this page.`,
    sections: comparisons.flatMap((comparison) => sections(comparison, comparisons.length > 1)),
  });
}

function sections({ first, second, tasks, refused = {} }: NamedComparison, several: boolean): Section[] {
  const about = several ? `${second}: ` : '';
  const reasons = Object.values(refused);
  return [
    ...Object.entries(tasks).map(([task, byScore]) => section(`${about}${task}`, byScore, first, second)),
    ...(reasons.length > 0
      ? [{ title: `${about}not compared`, blocks: reasons.map((text): Block => ({ kind: 'text', tone: 'bad', text })) }]
      : []),
  ];
}

function section(
  title: string,
  byScore: { readonly [score: string]: ScoreComparison },
  first: string,
  second: string,
): Section {
  const all = Object.entries(byScore);
  const ends = all.flatMap(([, { difference, interval }]) => [difference, ...interval]);
  const forest: Block = {
    kind: 'bars',
    title: `${second} less ${first}`,
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
  return { title, blocks: [forest, table] };
}

/** `+0.042`, `−0.010` */
function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${share(Math.abs(value))}`;
}

function probability(p: number): string {
  return p < 0.001 ? '< 0.001' : share(p);
}
