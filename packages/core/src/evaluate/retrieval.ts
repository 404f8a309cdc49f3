import { safeEmitter } from '../events.ts';
import { hashBytes } from '../image/hash.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { meanRow } from './benchmark/embed-items.ts';
import { bootstrap } from './bootstrap.ts';
import { findContamination } from './contamination.ts';
import { picturesShown, retrievalFailures } from './retrieval-failures.ts';
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
      const both = (pictures: Float32Array, words: Float32Array): Both => ({
        imageToText: ranks(pictures, words, gallery, model.embedDim),
        textToImage: ranks(words, pictures, gallery, model.embedDim),
      });
      const found = both(images, texts);
      const baselines = {
        textOnly: values(both(repeat(meanRow(images, model.embedDim), gallery.length), texts), at),
        imageOnly: values(both(images, repeat(meanRow(texts, model.embedDim), gallery.length)), at),
      };
      const files = new Map(gallery.map(({ id, image }) => [id, image]));
      const shown = ({ id, text }: RetrievalItem) => ({ texts: [text], pictures: [id] });
      const seen = trainedOn && (await findContamination(trainedOn, gallery, shown, files, signal));
      const rest = seen && gallery.flatMap((item, row) => (seen.contaminated.has(item) ? [] : [row]));
      emit({ type: 'stage-end', stage: name, done: gallery.length });
      return {
        task: name,
        ...(limited && { limited }),
        ...(fingerprint !== undefined && { files: { items: fingerprint } }),
        ...report(gallery, at, found),
        failures: retrievalFailures(gallery, images, texts, model.embedDim, {
          imageToText: found.imageToText.rank,
          textToImage: found.textToImage.rank,
        }),
        baselines,
        ...(seen && { contamination: { ...seen.report, rest: rest!.length > 0 ? scoresOf(found, at, rest) : {} } }),
      };
    },
    async picturesOf(failures) {
      const byId = new Map(gallery.map(({ id, image }) => [id, image]));
      return failures.map((failure) => picturesShown(failure).flatMap((id) => byId.get(id) ?? []));
    },
  };
}

const directions = ['imageToText', 'textToImage'] as const;
type Both = { readonly [direction in (typeof directions)[number]]: Ranked };

interface Ranked {
  /** Number of wrong answers that score at least as high as the best right one. */
  rank: Int32Array;
  ties: number;
}

function ranks(queries: Float32Array, answers: Float32Array, gallery: readonly RetrievalItem[], width: number): Ranked {
  const n = gallery.length;
  const same = (a: number, b: number) => gallery[a]!.text === gallery[b]!.text;
  const rank = new Int32Array(n);
  let ties = 0;
  const scores = new Float64Array(n);
  for (let q = 0; q < n; q++) {
    let right = Number.NEGATIVE_INFINITY;
    for (let a = 0; a < n; a++) {
      scores[a] = dot(queries, q, answers, a, width);
      if (same(q, a)) right = Math.max(right, scores[a]!);
    }
    let ahead = 0;
    let tied = false;
    for (let a = 0; a < n; a++) {
      if (same(q, a)) continue;
      if (scores[a]! >= right) ahead++;
      if (scores[a] === right) tied = true;
    }
    rank[q] = ahead;
    if (tied) ties++;
  }
  return { rank, ties };
}

/** @returns (count, width) */
function repeat(row: Float32Array, count: number): Float32Array {
  const rows = new Float32Array(count * row.length);
  for (let at = 0; at < count; at++) rows.set(row, at * row.length);
  return rows;
}

/** Whether each query found a right answer, by the names of the scores. */
function hitsOf(found: Both, at: readonly number[], rows?: readonly number[]): [name: string, hits: number[]][] {
  return directions.flatMap((direction) => {
    const { rank } = found[direction];
    const own = rows ? rows.map((row) => rank[row]!) : [...rank];
    return at.map((k): [string, number[]] => [`${direction}.recall@${k}`, own.map((place) => Number(place < k))]);
  });
}

function scoresOf(found: Both, at: readonly number[], rows?: readonly number[]): { [name: string]: Score } {
  return Object.fromEntries(hitsOf(found, at, rows).map(([name, hits]) => [name, bootstrap(hits)]));
}

function values(found: Both, at: readonly number[]): { [name: string]: number } {
  return Object.fromEntries(hitsOf(found, at).map(([name, hits]) => [name, mean(hits)]));
}

function report(
  gallery: readonly RetrievalItem[],
  at: readonly number[],
  found: Both,
): Omit<RetrievalReport, 'task' | 'baselines' | 'failures'> {
  const scores = scoresOf(found, at);
  const byK = (direction: string) => Object.fromEntries(at.map((k) => [k, scores[`${direction}.recall@${k}`]!]));
  const chance = directions.flatMap((direction) =>
    at.map((k) => [`${direction}.recall@${k}`, Math.min(1, k / gallery.length)] as const),
  );
  const first = ({ rank }: Ranked) => mean(Array.from(rank, (place) => Number(place === 0)));
  return {
    imageToText: byK('imageToText'),
    textToImage: byK('textToImage'),
    recallAt1: (first(found.imageToText) + first(found.textToImage)) / 2,
    scores,
    chance: Object.fromEntries(chance),
    ties: found.imageToText.ties + found.textToImage.ties,
    outcomes: outcomesOf(gallery, hitsOf(found, at)),
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
