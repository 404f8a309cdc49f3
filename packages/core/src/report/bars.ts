import { escapeHtml } from './escape.ts';
import { ticks } from './ticks.ts';

/** One figure of a list, drawn between the ends of a common scale. What is drawn also stands beside it as text. */
export interface BarRow {
  readonly name: string;
  readonly value: number;
  /** Drawn as a whisker. */
  readonly interval?: readonly [number, number];
  /** A reference for this figure, e.g. chance: drawn as a dashed mark. */
  readonly mark?: number;
  /** The figures as text, e.g. `0.831 [0.790, 0.868], n 400`. */
  readonly text: string;
}

export interface Bars {
  readonly rows: readonly BarRow[];
  /** Ends of the scale. @default [0, 1] */
  readonly domain?: readonly [number, number];
  /** `bar` from the lower end; `point` at the value, with a line through 0. @default 'bar' */
  readonly shape?: 'bar' | 'point';
  /** What bar, whisker and mark stand for, e.g. `score`, `95 % interval`, `chance`. */
  readonly legend: { readonly value: string; readonly interval?: string; readonly mark?: string };
}

/** A list of figures, each with its bar; it fits any width and is read as text where nothing is seen. */
export function renderBars({ rows, domain = [0, 1], shape = 'bar', legend }: Bars): string {
  const [low, high] = domain;
  const x = (value: number) => (((Math.min(high, Math.max(low, value)) - low) / (high - low)) * 100).toFixed(2);
  const scale = ticks(low, high);
  const grid = scale
    .map(({ at }) => line(x(at), x(at), 0, 16, shape === 'point' && at === 0 ? 'zero' : 'grid'))
    .join('');
  const items = rows.map((row) => {
    const drawn =
      shape === 'bar'
        ? `<rect class="bar" x="0" y="3" width="${x(row.value)}" height="10"/>`
        : line(x(row.value), x(row.value), 3, 13, 'point');
    const mark = row.mark === undefined ? '' : line(x(row.mark), x(row.mark), 0, 16, 'mark');
    return `<li><span class="name">${escapeHtml(row.name)}</span>${track(grid + drawn + mark + whisker(row, x))}<span class="text">${escapeHtml(row.text)}</span></li>`;
  });
  const places = scale.map(({ at, text }) => `<i style="left:${x(at)}%">${text}</i>`).join('');
  return `<ul class="bars">${items.join('\n')}<li class="axis" aria-hidden="true"><span class="name"></span><span class="track">${places}</span><span class="text"></span></li></ul>${key(legend, shape)}`;
}

function whisker({ interval }: BarRow, x: (value: number) => string): string {
  if (!interval) return '';
  const [from, to] = interval.map(x) as [string, string];
  return [line(from, to, 8, 8, 'whisker'), line(from, from, 5, 11, 'whisker'), line(to, to, 5, 11, 'whisker')].join('');
}

/** Stretched to the width that there is; lines keep their thickness. */
function track(inner: string): string {
  return `<svg class="track" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">${inner}</svg>`;
}

function line(x1: string, x2: string, y1: number, y2: number, kind: string): string {
  return `<line class="${kind}" x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}" vector-effect="non-scaling-stroke"/>`;
}

function key({ value, interval, mark }: Bars['legend'], shape: 'bar' | 'point'): string {
  const sample = (inner: string, name: string) =>
    `<span><svg class="sample" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">${inner}</svg>${escapeHtml(name)}</span>`;
  const own =
    shape === 'bar' ? '<rect class="bar" x="0" y="3" width="100" height="10"/>' : line('50', '50', 3, 13, 'point');
  const ends = `${line('5', '95', 8, 8, 'whisker')}${line('5', '5', 4, 12, 'whisker')}${line('95', '95', 4, 12, 'whisker')}`;
  return `<p class="legend">${sample(own, value)}${interval === undefined ? '' : sample(ends, interval)}${mark === undefined ? '' : sample(line('50', '50', 0, 16, 'mark'), mark)}</p>`;
}
