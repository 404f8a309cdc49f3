import { lineChart, type Series } from '@anagram/core';
import { markdownTable, meanOf, spread, standalone } from '../composition/render-table.ts';
import type { Scores } from '../composition/score-model.ts';
import { type Variant, type VariantName, variants } from './variants.ts';

/** What tells one figure from another. `start`: the model before fine-tuning, with learning rate, steps and alpha 0. */
export interface Key {
  readonly variant: VariantName | 'start';
  readonly seed: number;
  readonly learningRate: number;
  readonly steps: number;
  /** Of WiSE-FT: 1 is the fine-tuned model itself. */
  readonly alpha: number;
}
export interface Row extends Key {
  /** While fine-tuning. */
  readonly imagesSeen: number;
  /** Of a vendor that pretraining knows and fine-tuning does not; choices are made by it. */
  readonly validation: Scores;
  /** Of the held-out vendor; trials do not open it. */
  readonly test?: Scores;
  readonly command: string;
  readonly commit: string;
}
export interface Results {
  /** Learning rates and lengths that were tried. */
  readonly trials: readonly Row[];
  readonly rows: readonly Row[];
}

export function sameKey(a: Key, b: Key): boolean {
  const keys = ['variant', 'seed', 'learningRate', 'steps', 'alpha'] as const;
  return keys.every((key) => a[key] === b[key]);
}

/** What a choice looks at: composition and retrieval count alike. */
export const balance = ({ validation }: Pick<Row, 'validation'>) => (validation.mean + validation.recallAt1) / 2;

/** @returns The trial of the highest balance on validation, of equal ones the first. */
export function chooseTrial<T extends Pick<Row, 'validation'>>(trials: readonly T[]): T {
  if (trials.length === 0) throw new Error('Expected at least one trial to choose from; run the trials first.');
  return trials.reduce((best, trial) => (balance(trial) > balance(best) ? trial : best));
}

const titleOf = (name: Key['variant']) => (name === 'start' ? 'before' : variants[name].title);

/** The trials as Markdown, on validation alone. */
export function renderTrials(trials: readonly Row[]): string {
  const chosen = chooseTrial(trials);
  const lines = trials.map((trial) => [
    String(trial.learningRate),
    String(trial.steps),
    trial.validation.mean.toFixed(3),
    trial.validation.recallAt1.toFixed(3),
    balance(trial).toFixed(3) + (trial === chosen ? ', chosen' : ''),
  ]);
  return markdownTable(['learning rate', 'steps', 'mean group', 'R@1', 'balance'], lines);
}

/**
 * The held-out vendor's scores as Markdown, means ± deviations over seeds. `taught`, `others`: mean group score of the categories that fine-tuning
 * has and has not.
 */
export function renderRows(rows: readonly Row[], taught: readonly string[]): string {
  const categories = Object.keys(rows[0]!.test!.categories);
  const groups = [
    categories.filter((name) => taught.includes(name)),
    categories.filter((one) => !taught.includes(one)),
  ];
  const head = [
    'variant',
    'alpha',
    'seeds',
    'mean group',
    'R@1',
    'zero-shot',
    'balance on validation',
    'taught',
    'others',
  ];
  const lines = [...bySeeds(rows).values()].map((own) => {
    const of = (value: (test: Scores) => number) => spread(own.map(({ test }) => value(test!)));
    const group = (names: readonly string[]) => of((test) => meanOf(names.map((name) => test.categories[name]!.group)));
    return [
      titleOf(own[0]!.variant),
      String(own[0]!.alpha),
      String(own.length),
      of(({ mean }) => mean),
      of(({ recallAt1 }) => recallAt1),
      of(({ zeroShot }) => zeroShot),
      spread(own.map(balance)),
      ...groups.map(group),
      ...categories.map((name) => group([name])),
    ];
  });
  return markdownTable([...head, ...categories], lines);
}

/**
 * Mean group score over R@1 or zero-shot of the held-out vendor as SVG, means over seeds: from the model before fine-tuning a line to each variant,
 * through the alphas of WiSE-FT where they were scored.
 */
export function renderTrade(rows: readonly Row[], x: 'recallAt1' | 'zeroShot'): string {
  const places = [...bySeeds(rows).values()].map((own) => ({
    ...own[0]!,
    at: [meanOf(own.map(({ test }) => test![x])), meanOf(own.map(({ test }) => test!.mean))] as const,
  }));
  const start = places.find(({ variant }) => variant === 'start')!;
  const series = (Object.entries(variants) as [VariantName, Variant][]).flatMap(([name, { title }]): Series[] => {
    const own = places.filter(({ variant }) => variant === name).sort((a, b) => a.alpha - b.alpha);
    return own.length > 0 ? [{ name: title, points: [start, ...own].map(({ at }) => at) }] : [];
  });
  const chart = lineChart({ series, x: x === 'recallAt1' ? 'R@1' : 'zero-shot', y: 'mean group score' });
  return standalone(withNames(chart, series), []);
}

/** A dot at every point of a chart's lines, and the name at the end of each. */
function withNames(chart: string, series: readonly Series[]): string {
  const lines = [...chart.matchAll(/<path d="([^"]+)" fill="none" stroke="(#[0-9a-f]{6})"/g)].map(
    ([, d, colour], i) => {
      const points = d!
        .slice(1)
        .split('L')
        .map((point) => point.split(' ').map(Number) as [number, number]);
      return { points, colour: colour!, name: series[i]!.name, end: points.at(-1)! };
    },
  );
  const dots = lines.flatMap(({ points, colour }) =>
    points.slice(1).map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`),
  );
  let last = Number.NEGATIVE_INFINITY;
  const names = lines
    .sort((a, b) => a.end[1] - b.end[1])
    .map(({ end: [x, y], colour, name }) => {
      last = y - 7 < last + 12 ? y + 14 : y - 7; // above the dot, or below it where another name is near
      return `<text x="${x - 4}" y="${last.toFixed(1)}" fill="${colour}">${name}</text>`;
    });
  return chart.replace('</svg>', `${dots.join('')}${names.join('')}</svg>`);
}

/** Rows that differ in nothing but the seed. */
function bySeeds(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, ({ variant, alpha, learningRate, steps }) => `${variant} ${alpha} ${learningRate} ${steps}`);
}
