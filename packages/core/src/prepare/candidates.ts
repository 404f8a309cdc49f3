import { leaveOut, posteriors } from './posteriors.ts';
import type { ScoredRecord } from './records.ts';
import type { PictureCandidates } from './retrieve.ts';
import { type Copies, fitTrust } from './trust.ts';

/** By record: texts of the corpus for a picture that has none yet, best first, each with the probability that it is right. */
export type Candidates = ReadonlyMap<string, readonly { readonly text: string; readonly probability: number }[]>;

/**
 * Judges what retrieval found, by a trust that is learnt for lone pictures and for repairs apart.
 * @param options.open Records that wait for a text or a picture.
 * @param options.known Complete pairs that were looked up to learn how far retrieval can be trusted.
 * @param options.records All records.
 */
export function judgeCandidates(options: {
  open: readonly ScoredRecord[];
  known: readonly ScoredRecord[];
  retrieved: ReadonlyMap<string, PictureCandidates>;
  poolSize: number;
  records: readonly ScoredRecord[];
}): Candidates {
  const { retrieved, poolSize, records } = options;
  const pictures = options.open.filter(({ id }) => retrieved.has(id));
  const known = options.known.flatMap(({ id, text, score }) => {
    const found = retrieved.get(id);
    return found ? [{ found, text: text!, probability: score!.probability }] : [];
  });
  const trustFor = (waiting: readonly ScoredRecord[], copies?: Copies) =>
    fitTrust(
      known,
      waiting.map(({ id, text, score }) => ({
        found: retrieved.get(id)!,
        own: text === null ? null : { text, probability: score?.probability ?? 0 },
      })),
      poolSize,
      copies,
    );
  const counts = countPairs(records);
  const alone = trustFor(
    pictures.filter(({ text }) => text === null),
    (text) => counts.get(text) ?? 0,
  );
  // Copies mislead here: that a pair was rejected tells already that others do not agree (benchmarks/prepare).
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

/** Complete pairs by text. */
function countPairs(records: readonly ScoredRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text, score } of records) {
    if (text !== null && score !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}
