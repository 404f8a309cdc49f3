/// <reference lib="dom" />

/** What the script of a threshold's page works with. Columns have a value for each stop of the slider, from the loosest on. */
export interface ThresholdData {
  readonly threshold: readonly number[];
  readonly kept: readonly number[];
  readonly total: number;
  /** Null where nothing is kept. */
  readonly precision: readonly (number | null)[];
  /** Standard error of the precision. */
  readonly error: readonly (number | null)[];
  readonly recall: readonly number[];
  /** Labelled pairs that are kept, the share of right ones, and its 95 % interval. */
  readonly measured: {
    readonly kept: readonly number[];
    readonly value: readonly (number | null)[];
    readonly low: readonly number[];
    readonly high: readonly number[];
  } | null;
  readonly routes: { readonly [name: string]: readonly number[] } | null;
  /** Probabilities of the example pairs, best first. */
  readonly examples: readonly number[];
  /** Stop at which the page opens. */
  readonly start: number;
  /** Standard errors by which the expected precision must lie above a target. */
  readonly caution: number;
  /** With `{threshold}` in it. */
  readonly command: string;
}

/** Example pairs on each side of the border. */
export const shownAtBorder = 6;

/** The texts of a page at a stop, by the names that the elements carry as `data-figure`. */
export function figuresAt(data: ThresholdData, at: number): { [name: string]: string } {
  const share = (value: number | null | undefined) => (value === null || value === undefined ? '–' : value.toFixed(3));
  const count = (value: number) => value.toLocaleString('en');
  const error = data.error[at];
  const figures: { [name: string]: string } = {
    threshold: String(data.threshold[at]!),
    kept: count(data.kept[at]!),
    share: `${(100 * (data.kept[at]! / Math.max(1, data.total))).toFixed(1)} % of ${count(data.total)} scored pairs`,
    precision: share(data.precision[at]),
    error: error === null || error === undefined ? 'right among kept' : `± ${error.toFixed(3)}, right among kept`,
    recall: share(data.recall[at]),
    command: data.command.replaceAll('{threshold}', String(data.threshold[at]!)),
  };
  if (data.measured) {
    const { kept, value, low, high } = data.measured;
    figures.measured = share(value[at]);
    figures.interval = `95 % [${share(low[at])}, ${share(high[at])}] of ${count(kept[at]!)} kept labels`;
  }
  for (const [name, counts] of Object.entries(data.routes ?? {})) figures[`route-${name}`] = count(counts[at]!);
  return figures;
}

/**
 * The stop that keeps most of those that reach a target, or else comes nearest to it.
 * @param target.of `precision`, less the caution's errors; `recall`; or `keep`, the share of all pairs.
 */
export function findStop(data: ThresholdData, target: { of: string; share: number }): { at: number; reached: boolean } {
  const stops = data.threshold.map((_, at) => {
    if (target.of === 'recall') return data.recall[at]!;
    if (target.of === 'keep') return data.kept[at]! / Math.max(1, data.total);
    const precision = data.precision[at];
    return precision === null || precision === undefined
      ? Number.NEGATIVE_INFINITY
      : precision - data.caution * (data.error[at] ?? 0);
  });
  // Precision is reached by strict thresholds, the others by loose ones: the loosest, or the strictest, that still reaches it.
  const reaching = stops.flatMap((value, at) => (value >= target.share - 1e-9 ? [at] : []));
  const best = target.of === 'precision' ? reaching[0] : reaching.at(-1);
  if (best !== undefined) return { at: best, reached: true };
  const nearest = stops.reduce((found, value, at) => (value > stops[found]! ? at : found), 0);
  return { at: nearest, reached: false };
}

/** Begins the page: its slider, its field for a threshold, and its search for a target. */
export function startThreshold(): void {
  const data = JSON.parse(document.getElementById('data')!.textContent!) as ThresholdData;
  const slider = document.getElementById('slider') as HTMLInputElement;
  const field = document.getElementById('field') as HTMLInputElement;
  const cards = [...document.querySelectorAll<HTMLElement>('#cards > .card')];
  const go = (at: number) => {
    slider.value = String(at);
    showStop(data, at, cards);
  };
  slider.addEventListener('input', () => go(Number(slider.value)));
  field.addEventListener('change', () => {
    const wanted = Math.min(1, Math.max(0, Number(field.value)));
    const found = data.threshold.findIndex((threshold) => threshold >= wanted);
    go(found < 0 ? data.threshold.length - 1 : found);
  });
  document.getElementById('reset')!.addEventListener('click', () => go(data.start));
  const form = document.getElementById('target') as HTMLFormElement;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const values = new FormData(form);
    const { at, reached } = findStop(data, { of: String(values.get('of')), share: Number(values.get('share')) });
    go(at);
    document.getElementById('found')!.textContent = reached ? '' : 'No threshold reaches it; this one comes nearest.';
  });
  go(data.start);
}

/** Shows a stop everywhere: figures, marks in the charts, and the pairs at the border. */
export function showStop(data: ThresholdData, at: number, cards: readonly HTMLElement[]): void {
  const figures = figuresAt(data, at);
  for (const element of document.querySelectorAll<HTMLElement>('[data-figure]')) {
    element.textContent = figures[element.dataset.figure!] ?? '';
  }
  const threshold = data.threshold[at]!;
  (document.getElementById('field') as HTMLInputElement).value = String(threshold);
  document.getElementById('slider')!.setAttribute('aria-valuetext', `${threshold}: ${figures.kept} kept`);
  const move = (id: string, places: { readonly [name: string]: number }) => {
    const mark = document.querySelector(`#${id} .at`);
    for (const [name, place] of Object.entries(places)) mark?.setAttribute(name, String(place));
  };
  move('over-threshold', { x1: threshold, x2: threshold });
  move('scores', { x1: threshold, x2: threshold });
  const [x, y] = [data.recall[at]!, 1 - (data.precision[at] ?? 1)];
  move('over-recall', { x1: x, x2: x, y1: y, y2: y });
  const kept = data.examples.filter((probability) => probability >= threshold).length;
  const most = Number(document.getElementById('cards')!.dataset.most);
  document.getElementById('just-kept')!.replaceChildren(...cards.slice(Math.max(0, kept - most), kept).reverse());
  document.getElementById('just-rejected')!.replaceChildren(...cards.slice(kept, kept + most));
}

/** Functions of the script, but for `startThreshold`, which calls them. */
export const thresholdFunctions = [showStop, figuresAt, findStop];
