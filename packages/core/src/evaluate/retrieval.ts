import { safeEmitter } from '../events.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { bootstrap } from './bootstrap.ts';
import { dot, type Failure, type FailureDetail, type Score, type Task, type TaskReport } from './task.ts';

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
export function retrieval(options: {
  name: string;
  gallery: readonly RetrievalItem[];
  at?: readonly number[];
}): Task<RetrievalReport> {
  const { name, gallery, at = [1, 5, 10] } = options;
  return {
    name,
    async run({ model, signal, onEvent }) {
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
      const same = (a: number, b: number) => gallery[a]!.text === gallery[b]!.text;
      const toText = ranks(images, texts, gallery.length, model.embedDim, same);
      const toImage = ranks(texts, images, gallery.length, model.embedDim, same);
      emit({ type: 'stage-end', stage: name, done: gallery.length });
      return report(name, gallery, at, toText, toImage);
    },
    async picturesOf(failures) {
      const byId = new Map(gallery.map(({ id, image }) => [id, image]));
      const shown = ({ id, category, detail }: Failure) =>
        category === 'textToImage' ? (detail as unknown as RetrievalFailure).answers : [id];
      return failures.map((failure) => shown(failure).flatMap((id) => byId.get(id) ?? []));
    },
  };
}

interface Ranked {
  /** Number of wrong answers that score at least as high as the best right one. */
  rank: Int32Array;
  /** Place of the best right answer, and of the best wrong one, or −1; with their cosines. */
  best: { right: Int32Array; wrong: Int32Array; cosines: Float32Array }; // cosines (n, 2)
  ties: number;
}

/** What a failure of retrieval holds: the query, and the right answer beside the wrong one that came first. */
interface RetrievalFailure extends FailureDetail {
  /** Where the right answer stands; 1 is first. */
  readonly rank: number;
  /** Ids of the right answer and of the one that came first. */
  readonly answers: readonly [string, string];
}

function ranks(
  queries: Float32Array,
  answers: Float32Array,
  n: number,
  width: number,
  same: (a: number, b: number) => boolean,
): Ranked {
  const rank = new Int32Array(n);
  const best = { right: new Int32Array(n), wrong: new Int32Array(n), cosines: new Float32Array(2 * n) };
  let ties = 0;
  const scores = new Float64Array(n);
  for (let q = 0; q < n; q++) {
    let [bestRight, bestWrong] = [-1, -1];
    for (let a = 0; a < n; a++) {
      scores[a] = dot(queries, q, answers, a, width);
      if (same(q, a)) {
        if (bestRight < 0 || scores[a]! > scores[bestRight]!) bestRight = a;
      } else if (bestWrong < 0 || scores[a]! > scores[bestWrong]!) bestWrong = a;
    }
    const right = scores[bestRight]!;
    let ahead = 0;
    let tied = false;
    for (let a = 0; a < n; a++) {
      if (same(q, a)) continue;
      if (scores[a]! >= right) ahead++;
      if (scores[a] === right) tied = true;
    }
    rank[q] = ahead;
    best.right[q] = bestRight;
    best.wrong[q] = bestWrong;
    best.cosines.set([right, scores[bestWrong]!], 2 * q);
    if (tied) ties++;
  }
  return { rank, best, ties };
}

function report(
  name: string,
  gallery: readonly RetrievalItem[],
  at: readonly number[],
  toText: Ranked,
  toImage: Ranked,
): RetrievalReport {
  const recall = ({ rank }: Ranked) =>
    Object.fromEntries(at.map((k) => [k, bootstrap(Array.from(rank, (r) => (r < k ? 1 : 0)))])) as Record<
      number,
      Score
    >;
  const imageToText = recall(toText);
  const textToImage = recall(toImage);
  const scores: Record<string, Score> = {};
  const chance: Record<string, number> = {};
  for (const [direction, byK] of [
    ['imageToText', imageToText],
    ['textToImage', textToImage],
  ] as const) {
    for (const k of at) {
      scores[`${direction}.recall@${k}`] = byK[k]!;
      chance[`${direction}.recall@${k}`] = k / gallery.length;
    }
  }
  const failures = [...failuresOf('imageToText', gallery, toText), ...failuresOf('textToImage', gallery, toImage)]
    .sort((a, b) => b.detail.rank - a.detail.rank)
    .map((failure): Failure => ({ ...failure, detail: { ...failure.detail } }));
  const share = ({ rank }: Ranked) => rank.reduce((sum, r) => sum + (r === 0 ? 1 : 0), 0) / rank.length;
  return {
    task: name,
    imageToText,
    textToImage,
    recallAt1: (share(toText) + share(toImage)) / 2,
    scores,
    chance,
    ties: toText.ties + toImage.ties,
    failures,
  };
}

function failuresOf(direction: 'imageToText' | 'textToImage', gallery: readonly RetrievalItem[], ranked: Ranked) {
  const { rank, best } = ranked;
  return gallery.flatMap(({ id, text }, q) => {
    if (rank[q] === 0) return [];
    const [right, wrong] = [gallery[best.right[q]!]!, gallery[best.wrong[q]!]!];
    const cosines = [...best.cosines.subarray(2 * q, 2 * q + 2)];
    const detail: RetrievalFailure = {
      rank: rank[q]! + 1,
      answers: [right.id, wrong.id],
      ...(direction === 'imageToText'
        ? { texts: [right.text, wrong.text], fits: [[true], [false]], cosines: cosines.map((cosine) => [cosine]) }
        : { texts: [text], fits: [[true, false]], cosines: [cosines] }),
    };
    return [{ id, category: direction, detail }];
  });
}
