import { compareReports, lineChart, type Outcomes, type Series } from '@anagram/core';
import { contenders } from './contenders.ts';
import type { Curve, Result, RowOutcomes } from './results.ts';

/** Seeds of one row at one length. */
interface Group {
  readonly row: string;
  readonly steps: number;
  readonly results: readonly Result[];
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation over seeds, at least two. */
export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** Mean ± standard deviation over seeds; one seed has no deviation, and none a dash. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return '–';
  const mean = meanOf(values).toFixed(3);
  return values.length < 2 ? mean : `${mean} ± ${deviationOf(values).toFixed(3)}`;
}

export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * The table of a world as Markdown, best row first within a length: group scores of the held-out vendor, R@1, and against plain CLIP of the same length
 * and seeds the difference of the mean group score with its 95 % interval and p over items (paired bootstrap and sign flips).
 */
export function renderTable(results: readonly Result[], outcomes: readonly RowOutcomes[]): string {
  const byKey = Map.groupBy(results, ({ row, steps }) => `${row} ${steps}`);
  const groups: Group[] = [...byKey.values()].map((own) => ({ row: own[0]!.row, steps: own[0]!.steps, results: own }));
  const score = ({ results: own }: Group) => meanOf(own.map(({ mean }) => mean));
  groups.sort((a, b) => b.steps - a.steps || score(b) - score(a));
  const categories = [...new Set(results.flatMap((result) => Object.keys(result.categories)))];
  const ofFive = results.some(({ recallAt1Of5 }) => recallAt1Of5 !== undefined);
  const head = [
    'row',
    'optimizer',
    'steps',
    'seeds',
    'mean group',
    'R@1',
    ...(ofFive ? ['R@1 of five'] : []),
    'zero-shot',
    'above plain CLIP',
    ...categories,
  ];
  const lines = groups.map((group) => [
    contenders[group.row]?.title ?? group.row,
    group.results[0]!.optimizer,
    String(group.steps),
    String(group.results.length),
    spread(group.results.map(({ mean }) => mean)),
    spread(group.results.map(({ recallAt1 }) => recallAt1)),
    ...(ofFive ? [spreadOf(group, ({ recallAt1Of5 }) => recallAt1Of5)] : []),
    spreadOf(group, ({ zeroShot }) => zeroShot),
    againstClip(group, outcomes),
    ...categories.map((name) => spread(group.results.flatMap((one) => one.categories[name]?.group ?? []))),
  ]);
  return markdownTable(head, lines);
}

/** Of a figure that earlier rows lack; in brackets of how many of the seeds, where not of all. */
function spreadOf({ results }: Group, of: (result: Result) => number | undefined): string {
  const values = results.flatMap((result) => of(result) ?? []);
  return spread(values) + (values.length > 0 && values.length < results.length ? ` (${values.length})` : '');
}

function againstClip({ row, steps, results }: Group, outcomes: readonly RowOutcomes[]): string {
  if (row === 'clip') return '';
  const last = (name: string, seed: number) =>
    outcomes.findLast((one) => one.row === name && one.seed === seed && one.steps === steps);
  const both = results.flatMap(({ seed }) => {
    const [clip, own] = [last('clip', seed), last(row, seed)];
    return clip && own ? [[clip, own] as const] : [];
  });
  if (both.length === 0) return '';
  const task = Object.keys(both[0]![0].tasks)[0]!;
  const [clip, own] = [0, 1].map((side) => ({
    task,
    outcomes: overSeeds(both.map((pair) => pair[side]!.tasks[task]!)),
  }));
  const { difference, interval, p } = compareReports(clip!, own!)['all.macro.group']!;
  return `${difference.toFixed(3)} [${interval.map((end) => end.toFixed(3)).join(', ')}], p ${p < 0.001 ? '< 0.001' : p.toFixed(3)}`;
}

/** Each item's decisions of all seeds, drawn together. */
export function overSeeds(seeds: readonly Outcomes[]): Outcomes {
  const [first, ...others] = seeds;
  const scores = Object.entries(first!.scores).map(([name, subsets]) => {
    const added = subsets.map((subset, s) => ({
      ...subset,
      sums: subset.sums.map((sum, i) => others.reduce((total, one) => total + one.scores[name]![s]!.sums[i]!, sum)),
      counts: subset.counts.map((n, i) => others.reduce((total, one) => total + one.scores[name]![s]!.counts[i]!, n)),
    }));
    return [name, added] as const;
  });
  return { items: first!.items, scores: Object.fromEntries(scores) };
}

/** The length of most results, of equally many the longer one. */
export function usualSteps(results: readonly { readonly steps: number }[]): number {
  const byLength = [...Map.groupBy(results, ({ steps }) => steps)];
  return byLength.sort(([a, left], [b, right]) => right.length - left.length || b - a)[0]![0];
}

/** Mean group score over the steps as SVG, a line for each row, mean over its seeds. @param curves Of one length. */
export function renderCurves(curves: readonly Curve[], category?: string): string {
  const rows = Map.groupBy(curves, ({ row }) => row);
  const groupOf = ({ group }: Curve) => {
    const all = category === undefined ? Object.values(group) : [group[category]!];
    return all.reduce((sum, value) => sum + value, 0) / all.length;
  };
  const series = [...rows].map(
    ([row, own]): Series => ({
      name: contenders[row]?.title ?? row,
      points: [...Map.groupBy(own, ({ step }) => step)]
        .sort(([a], [b]) => a - b)
        .map(([step, at]) => [step, at.reduce((sum, point) => sum + groupOf(point), 0) / at.length]),
    }),
  );
  return standalone(lineChart({ series, x: 'step', y: category ?? 'mean group score, validation' }), series);
}

/** A chart of the report as a file of its own, on white, with its legend inside. */
export function standalone(chart: string, series: readonly Series[]): string {
  const svg = chart.slice(0, chart.indexOf('</svg>'));
  const colours = [...svg.matchAll(/stroke="(#[0-9a-f]{6})"/g)].map((match) => match[1]!);
  const legend = series.map(
    ({ name }, i) => `<text x="60" y="${24 + 13 * i}" fill="${colours[i]}">${name.replaceAll('&', '&amp;')}</text>`,
  );
  const opened = svg.replace(/^<svg /, '<svg xmlns="http://www.w3.org/2000/svg" color="#222" style="background:#fff" ');
  return `${opened}${legend.join('')}</svg>\n`;
}

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function between(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from)
    throw new Error(`Expected the lines ${open} and ${close} in the page; put them where the table belongs.`);
  return `${text.slice(0, from + open.length)}\n${content}\n${text.slice(to)}`;
}
