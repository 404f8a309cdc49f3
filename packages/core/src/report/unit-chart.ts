import { palette, type Series } from './charts.ts';
import { escapeHtml } from './escape.ts';
import { ticks } from './ticks.ts';

/** A chart whose both axes go from 0 to 1, with a mark that a page's script may move. */
export interface UnitChart {
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
  /** @default 0, 0.2, … 1 */
  readonly yTicks?: readonly { readonly at: number; readonly text: string }[];
  readonly lines?: readonly (Series & { readonly error?: readonly number[] })[];
  /** Columns between two places on the x axis. */
  readonly columns?: readonly { readonly from: number; readonly to: number; readonly height: number }[];
  /** Measured values with what they may be. */
  readonly points?: readonly { readonly x: number; readonly y: number; readonly interval: readonly [number, number] }[];
  /** A line where y is x. */
  readonly diagonal?: boolean;
  /** Where the mark stands: a line over the whole height, or a dot. Scripts find it as `.at` in the element with this id. */
  readonly mark?: { readonly id: string; readonly x: number; readonly y?: number };
}

const box = { width: 340, height: 250, left: 46, right: 12, top: 8, bottom: 40 };
const plot = { width: box.width - box.left - box.right, height: box.height - box.top - box.bottom };

/**
 * Inline SVG. What is drawn lies in an inner `svg` of one unit by one, so that a script moves the mark in the figures' own units: x
 * as it is, y from the top.
 */
export function unitChart({ x, y, yTicks, lines = [], columns = [], points = [], diagonal, mark }: UnitChart): string {
  const marks = mark ? [markOf(mark)] : [];
  const inner = [
    ...(diagonal ? [`<line class="zero" x1="0" y1="1" x2="1" y2="0" ${thin}/>`] : []),
    ...columns.map(
      ({ from, to, height }) =>
        `<rect class="bar" x="${places(from)}" y="${places(1 - height)}" width="${places(to - from)}" height="${places(height)}"/>`,
    ),
    ...lines.flatMap((line, i) => [bandOf(line, i), lineOf(line, i)]),
    ...points.flatMap(pointOf),
    ...marks,
  ].join('');
  const id = mark ? ` id="${escapeHtml(mark.id)}"` : '';
  const names = lines.length > 1 ? legend(lines.map(({ name }) => name)) : '';
  return `<svg viewBox="0 0 ${box.width} ${box.height}" role="img" aria-label="${escapeHtml(`${y} over ${x}`)}" font-size="12" font-family="system-ui,sans-serif" fill="currentColor">${axes(x, y, yTicks)}<svg${id} x="${box.left}" y="${box.top}" width="${plot.width}" height="${plot.height}" viewBox="0 0 1 1" preserveAspectRatio="none" overflow="visible">${inner}</svg></svg>${names}`;
}

const thin = 'vector-effect="non-scaling-stroke"';

function lineOf({ points }: Series, i: number): string {
  const path = points.map(([x, y], k) => `${k ? 'L' : 'M'}${places(x)} ${places(1 - y)}`).join('');
  return `<path d="${path}" fill="none" stroke="${palette[i % palette.length]}" stroke-width="2" ${thin}/>`;
}

/** One standard error to both sides. */
function bandOf({ points, error }: Series & { readonly error?: readonly number[] }, i: number): string {
  if (!error || points.length === 0) return '';
  const side = (sign: number) =>
    points.map(([x, y], k) => `${places(x)} ${places(1 - Math.min(1, Math.max(0, y + sign * error[k]!)))}`);
  return `<path d="M${[...side(1), ...side(-1).reverse()].join('L')}Z" fill="${palette[i % palette.length]}" fill-opacity="0.2"/>`;
}

/** Lines without length have round ends: dots that stay round however the drawing is stretched. */
function pointOf({ x, y, interval: [low, high] }: NonNullable<UnitChart['points']>[number]): string[] {
  const at = `x1="${places(x)}" x2="${places(x)}"`;
  return [
    `<line class="whisker" ${at} y1="${places(1 - low)}" y2="${places(1 - high)}" ${thin}/>`,
    `<line class="dot" ${at} y1="${places(1 - y)}" y2="${places(1 - y)}" ${thin}/>`,
  ];
}

function markOf({ x, y }: NonNullable<UnitChart['mark']>): string {
  const [top, bottom] = y === undefined ? [0, 1] : [1 - y, 1 - y];
  return `<line class="at${y === undefined ? '' : ' dot'}" x1="${places(x)}" x2="${places(x)}" y1="${places(top)}" y2="${places(bottom)}" ${thin}/>`;
}

function axes(xName: string, yName: string, yTicks: UnitChart['yTicks']): string {
  const across = (yTicks ?? ticks(0, 1)).map(({ at, text }) => {
    const y = box.top + (1 - at) * plot.height;
    return `<line class="grid" x1="${box.left}" x2="${box.width - box.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/><text x="${box.left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
  });
  const below = ticks(0, 1).map(
    ({ at, text }) =>
      `<text x="${(box.left + at * plot.width).toFixed(1)}" y="${box.height - 21}" text-anchor="middle">${text}</text>`,
  );
  const names = `<text x="${box.left + plot.width / 2}" y="${box.height - 4}" text-anchor="middle">${escapeHtml(xName)}</text><text transform="translate(12 ${box.top + plot.height / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(yName)}</text>`;
  return [...across, ...below, names].join('');
}

function legend(names: readonly string[]): string {
  return `<p class="legend">${names.map((name, i) => `<span><i style="background:${palette[i % palette.length]}"></i>${escapeHtml(name)}</span>`).join('')}</p>`;
}

function places(value: number): string {
  return String(Number(value.toFixed(4)));
}
