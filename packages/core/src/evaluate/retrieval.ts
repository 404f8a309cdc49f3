import { safeEmitter } from '../events.ts';
import { hashBytes } from '../image/hash.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { meanRow } from './benchmark/embed-items.ts';
import { bootstrap } from './bootstrap.ts';
import { findContamination } from './contamination.ts';
import { picturesShown, retrievalFailures } from './retrieval-failures.ts';
import { groupsOf, type Ranked, rankAmongEqual, rankBothWays, rankByOneQuery } from './retrieval-ranks.ts';
import { type ItemsOrigin, taskFingerprint } from './score-prepared.ts';
import { dot, type Outcomes, type Score, type Task, type TaskReport } from './task.ts';

/** One picture of a gallery and the text that names it; equal texts (or keys) are right answers for each other. */
export interface RetrievalItem {
  readonly id: string;
  readonly image: Pixels | ImageFile;
  readonly text: string;
}

export interface RetrievalReport extends TaskReport {
  /** Picture → text and text → picture, recall at each k. */
  readonly imageToText: { readonly [k: number]: Score };
  readonly textToImage: { readonly [k: number]: Score };
  /** Mean of both directions at k = 1. */
  readonly recallAt1: number;
}

/**
 * Retrieval both ways over the whole gallery: R@k, the share of queries with a right answer among the first k.
 * A wrong answer that scores the same as the right one is ranked before it, so that ties count as wrong.
 */
export function retrieval(
  options: { name: string; gallery: readonly RetrievalItem[]; at?: readonly number[] } & ItemsOrigin,
): Task<RetrievalReport> {
  const { name, gallery, at = [1, 5, 10], fingerprint, limited } = options;
  return {
    name,
    ...taskFingerprint(`${name} ${at}`, options),
    async run({ model, trainedOn, signal, onEvent }) {
      const emit = safeEmitter(onEvent);
      emit({ type: 'stage-start', stage: name, total: gallery.length });
      const knobs = signal ? { signal } : {};
      const images = await model.embedImages(
        gallery.map((item) => item.image),
        knobs,
      ); // (n, D)
      const texts = await model.embedTexts(
        gallery.map((item) => item.text),
        knobs,
      ); // (n, D)
      const width = model.embedDim;
      const groups = groupsOf(gallery.map(({ text }) => text));
      const found: Both<Ranked> = await rankBothWays(images, texts, groups, width, signal);
      const equal = rankAmongEqual(groups);
      const blind = (mean: Float32Array, seen: Float32Array) =>
        rankByOneQuery(
          Float64Array.from(gallery, (_, row) => dot(mean, 0, seen, row, width)),
          groups,
        );
      const baselines = {
        textOnly: values({ imageToText: blind(meanRow(images, width), texts), textToImage: equal }, at),
        imageOnly: values({ imageToText: equal, textToImage: blind(meanRow(texts, width), images) }, at),
      };
      const ranks = { imageToText: found.imageToText.rank, textToImage: found.textToImage.rank };
      const files = new Map(gallery.map(({ id, image }) => [id, image]));
      const shown = ({ id, text }: RetrievalItem) => ({ texts: [text], pictures: [id] });
      const seen = trainedOn && (await findContamination(trainedOn, gallery, shown, files, signal));
      const rest = seen && gallery.flatMap((item, row) => (seen.contaminated.has(item) ? [] : [row]));
      emit({ type: 'stage-end', stage: name, done: gallery.length });
      return {
        task: name,
        ...(limited && { limited }),
        ...(fingerprint !== undefined && { files: { items: fingerprint } }),
        ...report(gallery, at, ranks),
        ties: found.imageToText.ties + found.textToImage.ties,
        failures: retrievalFailures(gallery, found),
        baselines,
        ...(seen && { contamination: { ...seen.report, rest: rest!.length > 0 ? scoresOf(ranks, at, rest) : {} } }),
      };
    },
    async picturesOf(failures) {
      const byId = new Map(gallery.map(({ id, image }) => [id, image]));
      return failures.map((failure) => picturesShown(failure).flatMap((id) => byId.get(id) ?? []));
    },
  };
}

const directions = ['imageToText', 'textToImage'] as const;
type Both<T> = { readonly [direction in (typeof directions)[number]]: T };
type Ranks = Both<Int32Array>;

/** Whether each query found a right answer, by the names of the scores. */
function hitsOf(ranks: Ranks, at: readonly number[], rows?: readonly number[]): [name: string, hits: number[]][] {
  return directions.flatMap((direction) => {
    const rank = ranks[direction];
    const own = rows ? rows.map((row) => rank[row]!) : [...rank];
    return at.map((k): [string, number[]] => [`${direction}.recall@${k}`, own.map((place) => Number(place < k))]);
  });
}

function scoresOf(ranks: Ranks, at: readonly number[], rows?: readonly number[]): { [name: string]: Score } {
  return Object.fromEntries(hitsOf(ranks, at, rows).map(([name, hits]) => [name, bootstrap(hits)]));
}

function values(ranks: Ranks, at: readonly number[]): { [name: string]: number } {
  return Object.fromEntries(hitsOf(ranks, at).map(([name, hits]) => [name, mean(hits)]));
}

function report(
  gallery: readonly RetrievalItem[],
  at: readonly number[],
  ranks: Ranks,
): Omit<RetrievalReport, 'task' | 'baselines' | 'failures' | 'ties'> {
  const scores = scoresOf(ranks, at);
  const byK = (direction: string) => Object.fromEntries(at.map((k) => [k, scores[`${direction}.recall@${k}`]!]));
  const chance = directions.flatMap((direction) =>
    at.map((k) => [`${direction}.recall@${k}`, Math.min(1, k / gallery.length)] as const),
  );
  const first = (rank: Int32Array) => mean(Array.from(rank, (place) => Number(place === 0)));
  return {
    imageToText: byK('imageToText'),
    textToImage: byK('textToImage'),
    recallAt1: (first(ranks.imageToText) + first(ranks.textToImage)) / 2,
    scores,
    chance: Object.fromEntries(chance),
    outcomes: outcomesOf(gallery, hitsOf(ranks, at)),
  };
}

function outcomesOf(gallery: readonly RetrievalItem[], hits: readonly [string, number[]][]): Outcomes {
  const items = hashBytes(gallery.map(({ id, text }) => `${JSON.stringify([id, text])}\n`).join(''));
  const scores = hits.map(([name, sums]) => [name, [{ sums, counts: sums.map(() => 1) }]] as const);
  return { items, scores: Object.fromEntries(scores) };
}

function mean(hits: readonly number[]): number {
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}
