import type { Score, TaskReport } from '../task.ts';

/** A score under the two parts of its name. */
export interface Figure {
  /** `all.macro.choice` */
  readonly name: string;
  /** What it is taken over: `all.macro` */
  readonly over: string;
  /** What it counts: `choice` */
  readonly metric: string;
  readonly score: Score;
  /** What a random scorer gets. */
  readonly chance: number | undefined;
}

export function figuresOf({ scores, chance }: TaskReport): Figure[] {
  return Object.entries(scores).map(([name, score]) => {
    const dot = name.lastIndexOf('.');
    return { name, over: name.slice(0, Math.max(0, dot)), metric: name.slice(dot + 1), score, chance: chance[name] };
  });
}

const mostFigures = 6;

/** The figures that speak for a task: those over all its items, else means of its parts, else the first. */
export function headline(report: TaskReport): Figure[] {
  const figures = figuresOf(report);
  const kinds: ((figure: Figure) => boolean)[] = [
    ({ over }) => over === 'all.macro',
    ({ over }) => over === 'all',
    ({ over }) => over.endsWith('.macro'),
    ({ metric }) => metric === 'recall@1',
  ];
  const kind = kinds.find((each) => figures.some(each));
  return kind ? figures.filter(kind) : figures.slice(0, mostFigures);
}

/** Figures by what they count, those of the headline first. */
export function byMetric(report: TaskReport): Map<string, Figure[]> {
  const first = new Set(headline(report).map(({ name }) => name));
  const figures = figuresOf(report);
  const ordered = [...figures.filter(({ name }) => first.has(name)), ...figures.filter(({ name }) => !first.has(name))];
  return Map.groupBy(ordered, ({ metric }) => metric);
}

/** `0.831`, everywhere in a page with the same number of decimals. */
export function share(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}

/** `[0.790, 0.868]` */
export function between([low, high]: readonly [number, number]): string {
  return `[${share(low)}, ${share(high)}]`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

/** `shorterText` → `shorter text` */
export function words(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
