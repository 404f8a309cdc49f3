import type { Score, TaskReport } from '../task.ts';
import { between, count, share, words } from './figures.ts';

/** Fields of a report that have a place of their own in the page, or that hold the same figures again. */
const elsewhere = new Set([
  ...['task', 'skipped', 'failed', 'limited', 'scores', 'chance', 'baselines', 'outcomes', 'failures'],
  ...['categories', 'mean', 'imageToText', 'textToImage', 'recallAt1', 'classes'],
]);

const mostCharacters = 400;

/** Whatever else a report says of its task, a line each: ties and their rule, hashes of files, … */
export function factsOf(report: TaskReport): [name: string, value: string][] {
  return Object.entries(report)
    .filter(([name]) => !elsewhere.has(name))
    .flatMap(([name, value]) => flatten(words(name), value));
}

function flatten(name: string, value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return [[name, cut(value.join(', '))]];
  if (typeof value === 'object') {
    if (isScore(value)) return [[name, `${share(value.value)} ${between(value.interval)}, n ${count(value.n)}`]];
    if (isPart(value)) {
      const { count: number, of, ...rest } = value;
      return [[name, `${count(number)} of ${count(of)}`], ...flatten(name, rest)];
    }
    return Object.entries(value).flatMap(([key, inner]) => flatten(`${name}: ${words(key)}`, inner));
  }
  if (typeof value === 'number') return [[name, Number.isInteger(value) ? count(value) : share(value)]];
  return [[name, cut(String(value))]];
}

function isScore(value: object): value is Score {
  return 'value' in value && 'interval' in value && 'n' in value;
}

function isPart(value: object): value is { count: number; of: number } {
  return 'count' in value && 'of' in value;
}

/** A text of a length that a page can bear. */
export function cut(text: string, most = mostCharacters): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
