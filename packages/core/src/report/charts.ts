import { escapeHtml } from './escape.ts';
import { roundRange, ticks } from './ticks.ts';

/** Of a contrast of 3:1 and more on white and on near black. */
export const palette = ['#3b76ef', '#d9781e', '#1f9268', '#b052ae', '#7a808c'];
const box = { width: 640, height: 260, left: 52, right: 20, top: 12, bottom: 40 };

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines over a common x axis, as inline SVG. */
export function lineChart({ series, x, y }: { series: readonly Series[]; x: string; y: string }): string {
  const all = series.flatMap((one) => one.points);
  const ends = [0, 1].map((at) => roundRange(...range(all.map((point) => point[at]!))));
  const frame = axes(ends[0]!, ends[1]!, x, y);
  const lines = series.map((one, i) => {
    const path = one.points
      .map(([px, py], k) => `${k ? 'L' : 'M'}${frame.x(px).toFixed(1)} ${frame.y(py).toFixed(1)}`)
      .join('');
    return `<path d="${path}" fill="none" stroke="${palette[i % palette.length]}" stroke-width="1.8"/>`;
  });
  return svg(frame.svg + lines.join(''), `${y} over ${x}`) + legend(series.map((one) => one.name));
}

/** Grouped bars in 0–1 with optional whiskers, as inline SVG. */
export function barChart(options: {
  groups: readonly string[];
  series: readonly { name: string; values: readonly number[]; intervals?: readonly (readonly [number, number])[] }[];
  y: string;
}): string {
  const { groups, series, y } = options;
  const frame = axes([0, groups.length], [0, 1], '', y, false);
  const slot = (box.width - box.left - box.right) / Math.max(1, groups.length);
  const width = (slot * 0.76) / Math.max(1, series.length);
  const bars = series.flatMap((one, s) =>
    one.values.map((value, g) => {
      const left = box.left + g * slot + slot * 0.12 + s * width;
      const top = frame.y(value);
      const bar = `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${(width - 2).toFixed(1)}" height="${(frame.y(0) - top).toFixed(1)}" fill="${palette[s % palette.length]}"><title>${escapeHtml(`${one.name}, ${groups[g]}: ${value.toFixed(3)}`)}</title></rect>`;
      const interval = one.intervals?.[g];
      if (!interval) return bar;
      const middle = (left + (width - 2) / 2).toFixed(1);
      return `${bar}<line x1="${middle}" x2="${middle}" y1="${frame.y(interval[0]).toFixed(1)}" y2="${frame.y(interval[1]).toFixed(1)}" stroke="currentColor" stroke-width="1.2"/>`;
    }),
  );
  // Names are broken after a hyphen, slash or blank, so that many of them stand beside each other.
  const labels = groups.map((name, g) => {
    const x = (box.left + (g + 0.5) * slot).toFixed(1);
    const lines = name.split(/(?<=[-/ ])/);
    const spans = lines.map(
      (line, k) => `<tspan x="${x}" y="${box.height - 24 + 12 * k}">${escapeHtml(line.trim())}</tspan>`,
    );
    return `<text text-anchor="middle">${spans.join('')}</text>`;
  });
  return svg(frame.svg + bars.join('') + labels.join(''), y) + legend(series.map((one) => one.name));
}

/** Histograms of several sets of values over common bins, with an optional mark on the x axis. */
export function histogram(options: {
  sets: readonly { name: string; values: readonly number[] }[];
  x: string;
  mark?: { at: number; name: string };
  bins?: number;
}): string {
  const { sets, x, mark, bins = 40 } = options;
  const [low, high] = roundRange(...range(sets.flatMap((set) => set.values)));
  const counts = sets.map(({ values }) => {
    const bin = new Array<number>(bins).fill(0);
    for (const value of values) {
      const k = Math.min(bins - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * bins)));
      bin[k] = bin[k]! + 1;
    }
    return bin;
  });
  const frame = axes([low, high], roundRange(0, Math.max(1, ...counts.flat())), x, 'pairs');
  const bars = counts.flatMap((bin, s) =>
    bin.map((count, k) => {
      const left = frame.x(low + (k / bins) * (high - low));
      const width = (box.width - box.left - box.right) / bins;
      return `<rect x="${left.toFixed(1)}" y="${frame.y(count).toFixed(1)}" width="${width.toFixed(1)}" height="${(frame.y(0) - frame.y(count)).toFixed(1)}" fill="${palette[s % palette.length]}" fill-opacity="0.55"/>`;
    }),
  );
  const line = mark
    ? `<line x1="${frame.x(mark.at)}" x2="${frame.x(mark.at)}" y1="${box.top}" y2="${frame.y(0)}" stroke="#dc4a3d" stroke-width="1.5" stroke-dasharray="4 3"/><text x="${frame.x(mark.at) + 4}" y="${box.top + 10}" fill="#dc4a3d">${escapeHtml(mark.name)}</text>`
    : '';
  return svg(frame.svg + bars.join('') + line, x) + legend(sets.map((set) => set.name));
}

function range(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

function axes(
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
  xName: string,
  yName: string,
  xTicks = true,
) {
  const x = (value: number) => box.left + ((value - x0) / (x1 - x0)) * (box.width - box.left - box.right);
  const y = (value: number) =>
    box.height - box.bottom - ((value - y0) / (y1 - y0)) * (box.height - box.top - box.bottom);
  const grid = ticks(y0, y1).map(
    ({ at, text }) =>
      `<line x1="${box.left}" x2="${box.width - box.right}" y1="${y(at).toFixed(1)}" y2="${y(at).toFixed(1)}" stroke="currentColor" stroke-opacity="0.15"/><text x="${box.left - 6}" y="${(y(at) + 4).toFixed(1)}" text-anchor="end">${text}</text>`,
  );
  const bottom = xTicks
    ? ticks(x0, x1).map(
        ({ at, text }) => `<text x="${x(at).toFixed(1)}" y="${box.height - 18}" text-anchor="middle">${text}</text>`,
      )
    : [];
  const names = `<text x="${box.width / 2}" y="${box.height - 3}" text-anchor="middle">${escapeHtml(xName)}</text><text transform="translate(11 ${box.height / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(yName)}</text>`;
  return { x, y, svg: grid.join('') + bottom.join('') + names };
}

const svg = (inner: string, label: string) =>
  `<svg viewBox="0 0 ${box.width} ${box.height}" role="img" aria-label="${escapeHtml(label)}" font-size="11" font-family="system-ui,sans-serif" fill="currentColor">${inner}</svg>`;

const legend = (names: readonly string[]) =>
  `<p class="legend">${names.map((name, i) => `<span><i style="background:${palette[i % palette.length]}"></i>${escapeHtml(name)}</span>`).join('')}</p>`;
