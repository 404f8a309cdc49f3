import { safeEmitter } from '../events.ts';
import { hashBytes } from '../image/hash.ts';
import { detectability, fewestPairs } from '../negatives/detectability.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { byKey, each, macro } from './aggregate.ts';
import type { BenchmarkItem } from './benchmark/define-benchmark.ts';
import { type ScoredItems, type Scoring, scoreItems } from './benchmark/score-items.ts';
import type { Failure, RunOptions, Score, TaskReport } from './task.ts';

/** Where a task's items come from. */
export interface ItemsOrigin {
  /** Hash of the items and their pictures: with it a finished report is not made again, and reports can be compared. */
  readonly fingerprint?: string;
  /** Set where the items are a sample. */
  readonly limited?: NonNullable<TaskReport['limited']>;
}

/** One decision about pictures at hand. */
export interface PreparedItem {
  readonly id: string;
  readonly category: string;
  readonly images: readonly (Pixels | ImageFile)[];
  readonly texts: readonly [string, string];
}

/** The category that the model is worst at, of those with at least 20 items. */
export interface Weakest {
  readonly category: string;
  readonly metric: string;
  readonly score: Score;
}

export interface CategoryReport extends TaskReport {
  /** The category with the lowest score; null where none has 20 items, as `detectability` wants them too. */
  readonly weakest: Weakest | null;
  /**
   * How well the two texts of an item are told apart without any picture, by category: AUROC, 0.5 is chance; null for fewer than 20
   * items. Where it is near 1, right answers prove nothing.
   */
  readonly detectability: { readonly [category: string]: number | null };
}

/**
 * Scores items by category.
 * @param metric The one by which the weakest category is named.
 */
export async function scorePrepared(
  name: string,
  items: readonly PreparedItem[],
  metric: string,
  scoring: Pick<Scoring<BenchmarkItem>, 'decide' | 'chance'>,
  { fingerprint, limited }: ItemsOrigin,
  { model, trainedOn, signal, onEvent }: RunOptions,
): Promise<CategoryReport> {
  const emit = safeEmitter(onEvent);
  emit({ type: 'stage-start', stage: name, total: items.length });
  const files = new Map<string, Pixels | ImageFile>();
  const named = namePictures(items, files);
  const scored = await scoreItems(
    {
      ...scoring,
      officialTies: 'wrong',
      figures: (all) => ({ ...sorted(each(all, categoryOf)), 'all.macro': macro(all, categoryOf) }),
    },
    named,
    files,
    { model, ties: 'wrong', trainedOn, signal },
  );
  emit({ type: 'stage-end', stage: name, done: items.length });
  const categories = sorted(Object.fromEntries(byKey(items, categoryOf)));
  return {
    task: name,
    ...(limited && { limited }),
    ...(fingerprint !== undefined && { files: { items: fingerprint } }),
    ...scored,
    weakest: weakestOf(Object.keys(categories), metric, scored),
    detectability: Object.fromEntries(
      Object.entries(categories).map(([category, own]) => [
        category,
        detectability(
          own.map(({ texts }) => texts[0]),
          own.map(({ texts }) => texts[1]),
        )?.auroc ?? null,
      ]),
    ),
  };
}

/** Hash of a task over such items; undefined where it is not known what they are. */
export function taskFingerprint(name: string, { fingerprint }: ItemsOrigin): { fingerprint?(): Promise<string> } {
  if (fingerprint === undefined) return {};
  return { fingerprint: async () => hashBytes(JSON.stringify([1, name, fingerprint])) };
}

/** What `Task.picturesOf` hands over for such items. */
export function picturesOfItems(
  items: readonly PreparedItem[],
  failures: readonly Failure[],
): (readonly (Pixels | ImageFile)[])[] {
  const byId = new Map(items.map(({ id, images }) => [id, images]));
  return failures.map(({ id }) => byId.get(id) ?? []);
}

/** Gives each picture a name of its own: its file's, where no other picture has that. */
function namePictures(items: readonly PreparedItem[], files: Map<string, Pixels | ImageFile>): BenchmarkItem[] {
  const names = new Map<Pixels | ImageFile, string>();
  const nameOf = (image: Pixels | ImageFile) => {
    const known = names.get(image);
    if (known !== undefined) return known;
    const own = 'name' in image ? image.name : `picture ${files.size + 1}`;
    const name = files.has(own) ? `${own} (${files.size + 1})` : own;
    names.set(image, name);
    files.set(name, image);
    return name;
  };
  return items.map(({ id, category, images, texts }) => ({
    id,
    category,
    texts,
    pictures: images.map((image) => ({ file: nameOf(image) })),
  }));
}

function categoryOf({ category }: { readonly category: string }): string {
  return category;
}

function weakestOf(categories: readonly string[], metric: string, { scores }: ScoredItems): Weakest | null {
  const all = categories.map((category) => ({ category, metric, score: scores[`${category}.${metric}`]! }));
  return all.filter(({ score }) => score.n >= fewestPairs).sort((a, b) => a.score.value - b.score.value)[0] ?? null;
}

function sorted<T>(byName: { readonly [name: string]: T }): { [name: string]: T } {
  return Object.fromEntries(Object.entries(byName).sort(([a], [b]) => (a < b ? -1 : 1)));
}
