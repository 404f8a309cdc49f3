import * as z from 'zod';
import { safeEmitter } from '../../events.ts';
import { hashBytes } from '../../image/hash.ts';
import { Random } from '../../random.ts';
import { parseSettings } from '../../settings.ts';
import type { Subsets, Weighted } from '../aggregate.ts';
import type { Choice, TieRule } from '../kernels.ts';
import type { Skipped, Task, TaskReport } from '../task.ts';
import { Annotations } from './annotations.ts';
import type { Place } from './gallery.ts';
import { findPictures, type Picture, pictureKey, statesOf } from './pictures.ts';
import { scoreItems } from './score-items.ts';

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
  /** Scores a seeded sample of so many items, for a quick look: the report says of how many, and it is no figure of the benchmark. */
  readonly limit?: number;
}

export interface BenchmarkReport extends TaskReport {
  /** What became of ties: they counted as wrong, or were broken as the benchmark's own code does. `ties` counts the items with one. */
  readonly tieRule: 'wrong' | 'official';
  /** Items that offer the same text twice: no model can tell such answers apart. They are scored like every other item. */
  readonly degenerate: number;
  readonly baselines: NonNullable<TaskReport['baselines']>;
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
  /** Where the item's first picture stands among the pictures of all items, for text c. Galleries alone have it. */
  ownPicture(c: number): Place;
  /** Where the best of the item's texts stands among the texts of all items, for the first picture. Galleries alone have it. */
  ownText(): Place;
}

/** What is particular to a benchmark. */
export interface BenchmarkDefinition<I extends BenchmarkItem> {
  readonly name: string;
  /** Where the owners publish annotation files, and pictures. */
  readonly publishedAt: { readonly annotations: string; readonly images: string };
  read(annotations: Annotations): Promise<I[]>;
  /** Whether a text chooses among the pictures of all items, and a picture among all texts. @default false */
  readonly gallery?: boolean;
  /** How the benchmark's own code breaks ties. */
  readonly officialTies: TieRule;
  /** Decisions about one item by metric. */
  decide(cosines: Cosines, ties: TieRule, item: I): { readonly [metric: string]: Choice | readonly Choice[] };
  /**
   * Whether text and picture, by their places in the item, belong together; shown beside wrong decisions. By default text k
   * belongs to picture k, and of several texts about one picture the first is right.
   */
  fits?(item: I, text: number, picture: number): boolean;
  /** What a random scorer gets, by metric; a gallery has so many distinct pictures, and texts. */
  readonly chance: {
    readonly [metric: string]: number | ((item: I, gallery: { pictures: number; texts: number }) => number);
  };
  /** Over which items each figure is taken; every metric has one figure of each name. */
  figures(items: readonly I[]): { readonly [figure: string]: Subsets<I> | Weighted<I> };
}

const optionsSchema = z.strictObject({
  dir: z.string().min(1),
  images: z.string().min(1),
  ties: z.enum(['wrong', 'official']).default('wrong'),
  limit: z.int().min(1).optional(),
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
  const settings = parseSettings(name, optionsSchema, options);
  const { dir, images, ties, limit } = settings;
  const open = async () => {
    const annotations = new Annotations(dir, publishedAt.annotations);
    const all = await definition.read(annotations);
    const items = limit === undefined ? all : sample(name, all, limit);
    const pictures = items.flatMap((item) => item.pictures);
    return { all, items, pictures, files: annotations.hashes, ...(await findPictures(images, pictures)) };
  };
  /** What a fingerprint has read, for the run that follows it. */
  let opened: ReturnType<typeof open> | null = null;
  return {
    name,
    async fingerprint() {
      opened = open();
      const { files, paths } = await opened;
      return hashBytes(JSON.stringify([1, name, settings, files, await statesOf(paths)]));
    },
    async run({ model, trainedOn, signal, onEvent }) {
      const emit = safeEmitter(onEvent);
      const reading = opened ?? open();
      opened = null;
      const { all, items, pictures, files, found, missing } = await reading;
      const head = {
        task: name,
        tieRule: ties,
        degenerate: items.filter(isDegenerate).length,
        files,
        ...(items.length < all.length && {
          limited: { drawn: items.length, of: all.length, what: 'items' as const },
        }),
      };
      if (missing.length > 0) {
        const total = new Set(pictures.map(({ file }) => file)).size;
        const skipped = skip(images, missing, total, publishedAt.images);
        emit({ type: 'warning', message: `${name} is skipped: ${skipped.reason}` });
        return { ...head, skipped, scores: {}, chance: {}, baselines: {}, ties: 0, failures: [] };
      }
      emit({ type: 'stage-start', stage: name, total: items.length });
      const report = await scoreItems(definition, items, found, { model, ties, trainedOn, signal });
      emit({ type: 'stage-end', stage: name, done: items.length });
      return { ...head, ...report };
    },
    async picturesOf(failures) {
      const { items, found } = await open();
      const byId = new Map(items.map((item) => [item.id, item.pictures]));
      return failures.map(({ id }) => {
        const pictures = byId.get(id) ?? [];
        const files = pictures.flatMap((picture) => found.get(pictureKey(picture)) ?? []);
        return files.length === pictures.length ? files : [];
      });
    },
  };
}

/** So many items drawn by the task's name, in their own order. */
export function sample<I>(name: string, items: readonly I[], limit: number): I[] {
  const places = new Random('limit', name).shuffle(Uint32Array.from(items, (_, place) => place));
  return [...places.subarray(0, limit).sort()].map((place) => items[place]!);
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
