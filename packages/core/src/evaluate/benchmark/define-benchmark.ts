import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';
import { safeEmitter } from '../../events.ts';
import { parseSettings } from '../../settings.ts';
import { meanOfSubsets, type Subsets } from '../aggregate.ts';
import type { Choice, TieRule } from '../kernels.ts';
import type { Failure, Score, Skipped, Task, TaskReport } from '../task.ts';
import { Annotations } from './annotations.ts';
import { type Embedded, embedItems } from './embed-items.ts';
import { findPictures, type Picture, pictureKey } from './pictures.ts';

export interface BenchmarkOptions {
  /** Folder with the benchmark's annotation files under their published names. */
  readonly dir: string;
  /** Folder of the pictures. */
  readonly images: string;
  /**
   * `wrong`: the right answer has to score above every other. `official`: ties are broken as the benchmark's own code breaks
   * them, for parity with published figures. @default 'wrong'
   */
  readonly ties?: 'wrong' | 'official';
}

export interface BenchmarkReport extends TaskReport {
  /** What became of ties: they counted as wrong, or were broken as the benchmark's own code does. `ties` counts the items with one. */
  readonly tieRule: 'wrong' | 'official';
  /** Items that offer the same text twice: no model can tell such answers apart. They are scored like every other item. */
  readonly degenerate: number;
  /** SHA-256 of each annotation file. */
  readonly files: { readonly [file: string]: string };
}

/** What is decided at once: some pictures and some texts. */
export interface BenchmarkItem {
  readonly id: string;
  readonly category: string;
  readonly pictures: readonly Picture[];
  readonly texts: readonly string[];
}

/** Cosines of one item. */
export interface Cosines {
  /** Text c with picture i. */
  textImage(c: number, i: number): number;
  /** Text a with text b. */
  textText(a: number, b: number): number;
}

/** What is particular to a benchmark. */
export interface BenchmarkDefinition<I extends BenchmarkItem> {
  readonly name: string;
  /** Where the owners publish annotation files, and pictures. */
  readonly publishedAt: { readonly annotations: string; readonly images: string };
  read(annotations: Annotations): Promise<I[]>;
  /** How the benchmark's own code breaks ties. */
  readonly officialTies: TieRule;
  /** Decisions about one item by metric. */
  decide(cosines: Cosines, ties: TieRule, item: I): { readonly [metric: string]: Choice | readonly Choice[] };
  /** What a random scorer gets, by metric. */
  readonly chance: { readonly [metric: string]: number | ((item: I) => number) };
  /** Over which items each figure is taken; every metric has one figure of each name. */
  figures(items: readonly I[]): { readonly [figure: string]: Subsets<I> };
}

const optionsSchema = z.strictObject({
  dir: z.string().min(1),
  images: z.string().min(1),
  ties: z.enum(['wrong', 'official']).default('wrong'),
});

/**
 * Takes the option that names one of a benchmark's parts apart from the others.
 * @throws AnagramError `invalid-options`
 */
export function chooseSet<S extends string>(
  where: string,
  sets: readonly S[],
  { set, ...options }: BenchmarkOptions & { readonly set: S },
): { set: S; options: BenchmarkOptions } {
  return { set: parseSettings(`${where}.set`, z.enum(sets), set), options };
}

/**
 * A published benchmark as a task. Its files are read when it runs; without all of its pictures it is skipped.
 * @throws AnagramError `invalid-options`; when run `source-failed` for annotation files that are absent or not as published.
 */
export function defineBenchmark<I extends BenchmarkItem>(
  definition: BenchmarkDefinition<I>,
  options: BenchmarkOptions,
): Task<BenchmarkReport> {
  const { name, publishedAt } = definition;
  const { dir, images, ties } = parseSettings(name, optionsSchema, options);
  return {
    name,
    async run({ model, signal, onEvent }) {
      const emit = safeEmitter(onEvent);
      const annotations = new Annotations(dir, publishedAt.annotations);
      const items = await definition.read(annotations);
      const head = {
        task: name,
        tieRule: ties,
        degenerate: items.filter(isDegenerate).length,
        files: annotations.hashes,
      };
      const pictures = items.flatMap((item) => item.pictures);
      const { found, missing } = await findPictures(images, pictures);
      if (missing.length > 0) {
        const total = new Set(pictures.map(({ file }) => file)).size;
        const skipped = skip(images, missing, total, publishedAt.images);
        emit({ type: 'warning', message: `${name} is skipped: ${skipped.reason}` });
        return { ...head, skipped, scores: {}, chance: {}, ties: 0, failures: [] };
      }
      emit({ type: 'stage-start', stage: name, total: items.length });
      const embedded = await embedItems(model, items, found, signal);
      const report = await score(definition, items, embedded, ties, signal);
      emit({ type: 'stage-end', stage: name, done: items.length });
      return { ...head, ...report };
    },
  };
}

function skip(folder: string, missing: readonly string[], total: number, publishedAt: string): Skipped {
  const what = `${missing.length} of ${total} pictures are not in ${folder}, e.g. ${missing[0]}`;
  return {
    reason: `${what}. They are published at ${publishedAt}.`,
    missing: { count: missing.length, first: missing.slice(0, 10), publishedAt },
  };
}

function isDegenerate({ texts }: BenchmarkItem): boolean {
  return new Set(texts).size < texts.length;
}

async function score<I extends BenchmarkItem>(
  definition: BenchmarkDefinition<I>,
  items: readonly I[],
  embedded: Embedded<I>,
  ties: 'wrong' | 'official',
  signal: AbortSignal | undefined,
): Promise<Pick<TaskReport, 'scores' | 'chance' | 'ties' | 'failures'>> {
  const rule = ties === 'official' ? definition.officialTies : 'wrong';
  const decided = new Map<I, Decided>();
  for (const item of items) {
    const byMetric = Object.entries(definition.decide(embedded.cosines(item), rule, item));
    decided.set(item, Object.fromEntries(byMetric.map(([metric, choice]) => [metric, [choice].flat()])));
  }
  const scores: Record<string, Score> = {};
  const chance: Record<string, number> = {};
  for (const [figure, subsets] of Object.entries(definition.figures(items))) {
    for (const [metric, expected] of Object.entries(definition.chance)) {
      const choicesOf = (item: I) => decided.get(item)![metric] ?? [];
      const value = meanOfSubsets(subsets, (item) => choicesOf(item).map(({ right }) => (right ? 1 : 0)), clusterOf);
      if (!value) continue;
      scores[`${figure}.${metric}`] = value;
      chance[`${figure}.${metric}`] =
        typeof expected === 'number' ? expected : meanChance(subsets, choicesOf, expected);
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  return {
    scores,
    chance,
    ties: items.filter((item) => choices(decided.get(item)!).some(({ tie }) => tie)).length,
    failures: failures(items, decided, embedded),
  };
}

type Decided = { readonly [metric: string]: readonly Choice[] };

function choices(decided: Decided): Choice[] {
  return Object.values(decided).flat();
}

/** Items with a wrong decision, the widest miss first. */
function failures<I extends BenchmarkItem>(
  items: readonly I[],
  decided: ReadonlyMap<I, Decided>,
  embedded: Embedded<I>,
): Failure[] {
  return items
    .map((item) => ({ item, wrong: choices(decided.get(item)!).filter(({ right }) => !right) }))
    .filter(({ wrong }) => wrong.length > 0)
    .map(({ item, wrong }) => ({ item, margin: Math.min(...wrong.map(({ margin }) => margin)) }))
    .sort((a, b) => order(a.margin) - order(b.margin))
    .map(({ item }) => {
      const { textImage } = embedded.cosines(item);
      const detail = {
        wrong: Object.entries(decided.get(item)!).flatMap(([metric, all]) =>
          all.every(({ right }) => right) ? [] : [metric],
        ),
        texts: item.texts,
        pictures: item.pictures.map(pictureKey),
        cosines: item.texts.map((_, c) => item.pictures.map((_, i) => textImage(c, i))), // (texts, pictures)
      };
      return { id: item.id, category: item.category, detail };
    });
}

/** Margins that are no number come first; all of them are between −2 and 2 otherwise. */
function order(margin: number): number {
  return Number.isNaN(margin) ? -3 : margin;
}

/** Items about the same pictures are drawn together. */
function clusterOf({ pictures }: BenchmarkItem): string {
  return pictures.map(({ file }) => file).join('\n');
}

/** Chance of a figure whose items differ in it: averaged over decisions, and over subsets, as the figure is. */
function meanChance<I>(
  subsets: Subsets<I>,
  choicesOf: (item: I) => readonly Choice[],
  expected: (item: I) => number,
): number {
  const bySubset = subsets.map((items) => items.flatMap((item) => choicesOf(item).map(() => expected(item))));
  return mean(bySubset.filter(({ length }) => length > 0).map(mean));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
