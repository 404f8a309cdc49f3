import type { RetrievalItem } from './retrieval.ts';
import { dot, type Failure, type FailureDetail } from './task.ts';

/** The query, and the right answer beside the wrong one that came first. */
interface RetrievalFailure extends FailureDetail {
  /** Where the right answer stands; 1 is first. */
  readonly rank: number;
  /** Ids of the best right answer and of the best wrong one. */
  readonly answers: readonly [string, string];
}

type Direction = 'imageToText' | 'textToImage';

/**
 * Queries whose right answer does not stand first, the farthest first.
 * @param images (n, width), `texts` likewise.
 * @param ranks By direction: how many wrong answers stand before the right one of each query.
 */
export function retrievalFailures(
  gallery: readonly RetrievalItem[],
  images: Float32Array,
  texts: Float32Array,
  width: number,
  ranks: { readonly [direction in Direction]: Int32Array },
): Failure[] {
  const wrong = (direction: Direction) =>
    gallery.flatMap((_, query) =>
      ranks[direction][query]! > 0 ? [{ direction, query, rank: ranks[direction][query]! }] : [],
    );
  return [...wrong('imageToText'), ...wrong('textToImage')]
    .sort((a, b) => b.rank - a.rank)
    .map(({ direction, query, rank }) => {
      const { id, text } = gallery[query]!;
      const [queries, answers] = direction === 'imageToText' ? [images, texts] : [texts, images];
      const { right, wrong, cosines } = best(gallery, query, (answer) => dot(queries, query, answers, answer, width));
      const detail: RetrievalFailure = {
        rank: rank + 1,
        answers: [right.id, wrong.id],
        ...(direction === 'imageToText'
          ? { texts: [right.text, wrong.text], fits: [[true], [false]], cosines: cosines.map((cosine) => [cosine]) }
          : { texts: [text], fits: [[true, false]], cosines: [cosines] }),
      };
      return { id, category: direction, detail: { ...detail } };
    });
}

/** Ids of the pictures that a failure is about, in the order of its columns. */
export function picturesShown({ id, category, detail }: Failure): readonly string[] {
  return category === 'textToImage' ? (detail as unknown as RetrievalFailure).answers : [id];
}

function best(gallery: readonly RetrievalItem[], query: number, cosine: (answer: number) => number) {
  const places = { right: -1, wrong: -1 };
  const scores = { right: Number.NEGATIVE_INFINITY, wrong: Number.NEGATIVE_INFINITY };
  gallery.forEach(({ text }, answer) => {
    const kind = text === gallery[query]!.text ? 'right' : 'wrong';
    const score = cosine(answer);
    if (places[kind] >= 0 && !(score > scores[kind])) return;
    places[kind] = answer;
    scores[kind] = score;
  });
  return {
    right: gallery[places.right]!,
    wrong: gallery[places.wrong]!,
    cosines: [scores.right, scores.wrong],
  };
}
