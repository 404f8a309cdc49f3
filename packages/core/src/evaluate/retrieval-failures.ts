import type { RetrievalItem } from './retrieval.ts';
import type { Ranked } from './retrieval-ranks.ts';
import type { Failure, FailureDetail } from './task.ts';

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
 * @param found By direction: where the answers of each query stand.
 */
export function retrievalFailures(
  gallery: readonly RetrievalItem[],
  found: { readonly [direction in Direction]: Ranked },
): Failure[] {
  const wrong = (direction: Direction) =>
    gallery.flatMap((_, query) => {
      const rank = found[direction].rank[query]!;
      return rank > 0 ? [{ direction, query, rank }] : [];
    });
  return [...wrong('imageToText'), ...wrong('textToImage')]
    .sort((a, b) => b.rank - a.rank)
    .map(({ direction, query, rank }) => {
      const { id, text } = gallery[query]!;
      const { bestRight, bestWrong, rightScore, wrongScore } = found[direction];
      const [right, wrong] = [gallery[bestRight[query]!]!, gallery[bestWrong[query]!]!];
      const cosines = [rightScore[query]!, wrongScore[query]!];
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
