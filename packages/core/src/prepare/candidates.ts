import { leaveOut, posteriors } from './posteriors.ts';
import type { ScoredRecord } from './records.ts';
import type { PictureCandidates } from './retrieve.ts';
import { fitTrust } from './trust.ts';

/** By record: texts of the corpus for a picture that has none yet, best first, each with the probability that it is right. */
export type Candidates = ReadonlyMap<string, readonly { readonly text: string; readonly probability: number }[]>;

/**
 * Judges what retrieval found, by a trust that is learnt for lone pictures and for repairs apart.
 * @param options.open Records that wait for a text or a picture.
 * @param options.known Complete pairs that were looked up to learn how far retrieval can be trusted.
 */
export function judgeCandidates(options: {
  open: readonly ScoredRecord[];
  known: readonly ScoredRecord[];
  retrieved: ReadonlyMap<string, PictureCandidates>;
  poolSize: number;
}): Candidates {
  const { retrieved, poolSize } = options;
  const pictures = options.open.filter(({ id }) => retrieved.has(id));
  const known = options.known.flatMap(({ id, text, score }) => {
    const found = retrieved.get(id);
    return found ? [{ found, text: text!, probability: score!.probability }] : [];
  });
  const trustFor = (waiting: readonly ScoredRecord[]) =>
    fitTrust(
      known,
      waiting.map(({ id, text, score }) => ({
        found: retrieved.get(id)!,
        own: text === null ? null : { text, probability: score?.probability ?? 0 },
      })),
      poolSize,
    );
  const alone = trustFor(pictures.filter(({ text }) => text === null));
  const repair = trustFor(pictures.filter(({ text }) => text !== null));
  return new Map(
    pictures.map(({ id, text, score }) => {
      const found = retrieved.get(id)!;
      // A text is replaced only as surely as it is wrong: else pairs just below the threshold would lose a right one.
      const wrong = 1 - (score?.probability ?? 0);
      const trust = text === null ? alone : repair;
      const candidates = posteriors(text === null ? found : leaveOut(found, text, poolSize), poolSize);
      return [id, candidates.map((one) => ({ text: one.text, probability: wrong * trust(one) }))] as const;
    }),
  );
}
