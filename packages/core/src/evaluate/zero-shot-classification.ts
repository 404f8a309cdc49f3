import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { safeEmitter } from '../events.ts';
import { hashBytes } from '../image/hash.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { giveWay } from '../pause.ts';
import { parseSettings } from '../settings.ts';
import { macro, micro, type Subsets, unitsOf } from './aggregate.ts';
import { sample } from './benchmark/define-benchmark.ts';
import { bootstrap, bootstrapSubsets } from './bootstrap.ts';
import { findContamination } from './contamination.ts';
import { nWay, rank } from './kernels.ts';
import { dot, type Embedder, type Failure, type Outcomes, type Score, type Task, type TaskReport } from './task.ts';

export interface LabelledImage {
  readonly id: string;
  readonly image: Pixels | ImageFile;
  /** Place of the picture's class. */
  readonly label: number;
}

export interface ZeroShotOptions {
  readonly name: string;
  /** Names of the classes as they stand in a sentence. A name may stand for two classes. */
  readonly classes: readonly string[];
  /** Sentences with `{}` (or `{c}`) in the place of the class. @default ['a photo of a {}.'] */
  readonly templates?: readonly string[];
  readonly items: readonly LabelledImage[];
  /**
   * `wrong`: the right class has to score above every other. `official`: among classes of the same score the first of the list is
   * taken; `torch.topk`, which the field's code calls, promises no order. @default 'wrong'
   */
  readonly ties?: 'wrong' | 'official';
  /** Classifies a seeded sample of so many pictures, for a quick look. */
  readonly limit?: number;
  /** Hash of the pictures and their labels: with it a finished report is not made again. */
  readonly fingerprint?: string;
}

export interface ZeroShotReport extends TaskReport {
  readonly tieRule: 'wrong' | 'official';
  /** Share of each class's pictures that are given their class (recall); null for a class without pictures. */
  readonly classes: readonly { readonly name: string; readonly score: Score | null }[];
}

const optionsSchema = z.strictObject({
  name: z.string().min(1),
  classes: z.array(z.string().min(1)).min(2),
  templates: z
    .array(z.string().refine((template) => /\{c?\}/.test(template), 'expected {} in the place of the class'))
    .min(1),
  ties: z.enum(['wrong', 'official']),
  limit: z.int().min(1).optional(),
  fingerprint: z.string().min(1).optional(),
});

/** Texts that are embedded at once. */
const textBatch = 2048;

/**
 * Zero-shot classification (Radford et al. 2021): each picture is given the class whose texts are nearest. A class's direction is the mean
 * of its texts' unit embeddings over the templates, brought to unit length. Scores: `all.top1`, `all.top5` (with six classes and more), and
 * `all.macro.top1`, the unweighted mean of the classes' shares, for classes with pictures. Chance: k / classes.
 * @throws AnagramError `invalid-options`
 */
export function zeroShotClassification(options: ZeroShotOptions): Task<ZeroShotReport> {
  const { items: all, templates = ['a photo of a {}.'], ties = 'wrong', ...given } = options;
  const settings = parseSettings('zeroShotClassification', optionsSchema, { ...given, templates, ties });
  const { name, classes, limit, fingerprint } = settings;
  checkItems(all, classes.length);
  const items = limit === undefined ? all : sample(name, all, limit);
  return {
    name,
    ...(fingerprint !== undefined && {
      fingerprint: async () => hashBytes(JSON.stringify([2, settings, items.map(({ id, label }) => [id, label])])),
    }),
    async run({ model, trainedOn, signal, onEvent }) {
      const emit = safeEmitter(onEvent);
      emit({ type: 'stage-start', stage: name, total: items.length });
      const knobs = signal ? { signal } : {};
      const directions = await classDirections(model, classes, templates, signal); // (classes, D)
      const images = await model.embedImages(
        items.map(({ image }) => image),
        knobs,
      ); // (items, D)
      const decided: Decided[] = [];
      for (const [row, item] of items.entries()) {
        decided.push(decide(item, row));
        if (row % 16 === 15) await giveWay(signal);
      }
      const files = new Map(items.map(({ id, image }) => [id, image]));
      const shown = ({ id }: LabelledImage) => ({ texts: [], pictures: [id] });
      const seen = trainedOn && (await findContamination(trainedOn, items, shown, files, signal));
      const rest = seen && decided.filter(({ item }) => !seen.contaminated.has(item));
      emit({ type: 'stage-end', stage: name, done: items.length });
      return {
        ...(items.length < all.length && { limited: { drawn: items.length, of: all.length, what: 'items' as const } }),
        ...report(name, classes, templates, decided, ties),
        ...(seen && { contamination: { ...seen.report, rest: scoresOf(rest!, classes.length).scores } }),
      };

      function decide(item: LabelledImage, row: number): Decided {
        const cosines = classes.map((_, place) => dot(images, row, directions, place, model.embedDim));
        const rule = ties === 'official' ? 'first' : 'wrong';
        const { tie, margin } = nWay(cosines, item.label);
        const wrong = cosines.map((cosine, label) => (label === item.label ? Number.NEGATIVE_INFINITY : cosine));
        const taken = wrong.indexOf(Math.max(...wrong));
        return {
          item,
          place: rank(cosines, item.label, rule),
          tie,
          margin,
          taken,
          cosines: [cosines[item.label]!, cosines[taken]!],
        };
      }
    },
    async picturesOf(failures) {
      const byId = new Map(items.map(({ id, image }) => [id, [image]]));
      return failures.map(({ id }) => byId.get(id) ?? []);
    },
  };
}

interface Decided {
  readonly item: LabelledImage;
  /** Number of classes before the right one. */
  readonly place: number;
  readonly tie: boolean;
  readonly margin: number;
  /** The first of the wrong classes with the highest score. */
  readonly taken: number;
  /** Of the right class, and of that one. */
  readonly cosines: readonly [number, number];
}

/** @returns (classes, embedDim) rows of unit length. */
async function classDirections(
  model: Embedder,
  classes: readonly string[],
  templates: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const width = model.embedDim;
  const directions = new Float32Array(classes.length * width);
  const atOnce = Math.max(1, Math.floor(textBatch / templates.length));
  for (let from = 0; from < classes.length; from += atOnce) {
    signal?.throwIfAborted();
    const some = classes.slice(from, from + atOnce);
    const texts = some.flatMap((name) => templates.map((template) => template.replace(/\{c?\}/g, () => name)));
    const rows = await model.embedTexts(texts, signal ? { signal } : {}); // (some × templates, D)
    some.forEach((_, place) => {
      const first = place * templates.length;
      const sum = Array.from({ length: width }, (_, d) =>
        templates.reduce((total, _, t) => total + rows[(first + t) * width + d]!, 0),
      );
      const length = Math.hypot(...sum);
      directions.set(
        sum.map((value) => value / length),
        (from + place) * width,
      );
    });
  }
  return directions;
}

function report(
  task: string,
  classes: readonly string[],
  templates: readonly string[],
  decided: readonly Decided[],
  tieRule: 'wrong' | 'official',
): ZeroShotReport {
  const { scores, chance, outcomes } = scoresOf(decided, classes.length);
  const byClass = Map.groupBy(decided, ({ item }) => item.label);
  const items = createHash('sha256').update(JSON.stringify([classes, templates]));
  for (const { item } of decided) items.update(`${JSON.stringify([item.id, item.label])}\n`);
  return {
    task,
    tieRule,
    scores,
    chance,
    classes: classes.map((name, label) => {
      const own = byClass.get(label);
      return { name, score: own ? bootstrap(own.map(({ place }) => Number(place === 0))) : null };
    }),
    ties: decided.filter(({ tie }) => tie).length,
    outcomes: { items: items.digest('hex'), scores: outcomes },
    failures: failures(classes, decided),
  };
}

/** The figures of some decisions; none where there is no decision. */
function scoresOf(
  decided: readonly Decided[],
  classes: number,
): {
  scores: Record<string, Score>;
  chance: Record<string, number>;
  outcomes: Record<string, Outcomes['scores'][string]>;
} {
  const figures: { [figure: string]: { k: number; subsets: Subsets<Decided> } } = {
    'all.top1': { k: 1, subsets: micro(decided) },
    ...(classes > 5 && { 'all.top5': { k: 5, subsets: micro(decided) } }),
    'all.macro.top1': { k: 1, subsets: macro(decided, ({ item }) => `${item.label}`) },
  };
  const scores: Record<string, Score> = {};
  const chance: Record<string, number> = {};
  const outcomes: Record<string, Outcomes['scores'][string]> = {};
  for (const [figure, { k, subsets }] of Object.entries(figures)) {
    const units = unitsOf(
      subsets,
      ({ place }) => [Number(place < k)],
      ({ item }) => item.id,
    );
    if (units.length === 0) continue;
    scores[figure] = bootstrapSubsets(units);
    chance[figure] = k / classes;
    outcomes[figure] = units.map((own) => ({
      sums: own.map(({ sum }) => sum),
      counts: own.map(({ count }) => count),
    }));
  }
  return { scores, chance, outcomes };
}

/** Pictures that were given another class, the widest miss first. */
function failures(classes: readonly string[], decided: readonly Decided[]): Failure[] {
  return decided
    .filter(({ place }) => place > 0)
    .toSorted((a, b) => a.margin - b.margin)
    .map(({ item, taken, cosines, place }) => {
      const right = classes[item.label]!;
      const texts = [right, classes[taken]!];
      const detail = { texts, fits: [[true], [false]], cosines: cosines.map((cosine) => [cosine]), rank: place + 1 };
      return { id: item.id, category: right, detail };
    });
}

function checkItems(items: readonly LabelledImage[], classes: number): void {
  const bad = items.find(({ label }) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (items.length > 0 && !bad) return;
  const received = bad ? `the label ${bad.label} of "${bad.id}" among ${classes} classes` : 'none';
  const message = `zeroShotClassification.items: expected pictures with the place of their class, received ${received}.`;
  throw new AnagramError('invalid-options', message, { where: 'zeroShotClassification.items' });
}
