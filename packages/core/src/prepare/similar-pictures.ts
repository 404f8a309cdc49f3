import type { ClipModel } from '../clip/clip-model.ts';
import type { OnEvent } from '../events.ts';
import type { Duplicate, Source } from '../pair.ts';
import { normalised } from './deduplicate.ts';
import { embedPictures } from './embed-pictures.ts';
import { nearestEarlier } from './nearest-earlier.ts';
import { type IngestedRecord, roundScore, type ScoredRecord } from './records.ts';

/** When pictures are the same by their embeddings. */
export interface SimilarPictures {
  /** Embeds them; its weights must not change meanwhile. */
  readonly model: ClipModel;
  /** Least cosine of two pictures that are the same, 0–1. It depends on the model: look at some that it finds. */
  readonly from: number;
}

/**
 * Finds more duplicates among pairs: those of equal texts whose pictures' embeddings are near (SemDeDup, Abbas et al. 2023, with the
 * text in place of the cluster); the first stays. Lone pictures are no duplicates by embedding: nothing but the model says that
 * they show the same. Only pictures whose text another pair has too are embedded. Time grows with the square of the number of
 * pairs of one text, memory does not.
 * @param context.records Readable ones, in the order of the source.
 * @param context.duplicates What `deduplicate` has found.
 * @returns Those with the new ones.
 * @throws AnagramError as `embedPictures`
 */
export async function addSimilarPictures(context: {
  source: Source;
  records: readonly ScoredRecord[];
  duplicates: ReadonlyMap<string, Duplicate>;
  similar: SimilarPictures;
  work: string;
  emit: OnEvent;
  signal: AbortSignal | undefined;
}): Promise<ReadonlyMap<string, Duplicate>> {
  const { records, duplicates, similar, signal } = context;
  const { model, from } = similar;
  const groups = pairsOfOneText(records, duplicates);
  const pictures = [...new Map(groups.flat().map((record) => [record.pixelHash!, record])).values()];
  if (pictures.length === 0) return duplicates;
  pictures.sort((a, b) => a.index - b.index);
  const placeOf = new Map(pictures.map(({ pixelHash }, place) => [pixelHash!, place]));
  await using embedded = await embedPictures({ ...context, model, records: pictures });
  const found = new Map<string, Duplicate>();
  for (const group of groups) {
    const idOf = new Map(group.map(({ id, pixelHash }) => [placeOf.get(pixelHash!)!, id]));
    const read = (places: readonly number[]) => embedded.rows(places);
    const near = await nearestEarlier([...idOf.keys()], { width: embedded.width, from, read, signal });
    for (const [place, { of, cosine }] of near) {
      const distance = roundScore(1 - cosine);
      found.set(idOf.get(place)!, { duplicateOf: idOf.get(of)!, kind: 'embedding', distance });
    }
    signal?.throwIfAborted();
  }
  return withFound(duplicates, found);
}

/** Pairs that are no duplicates, by texts that at least two of them have, in the order of the records. */
export function pairsOfOneText<T extends IngestedRecord>(
  records: readonly T[],
  duplicates: ReadonlyMap<string, Duplicate>,
): T[][] {
  const pairs = records.filter(({ id, text, pixelHash }) => text !== null && pixelHash !== null && !duplicates.has(id));
  return [...Map.groupBy(pairs, ({ text }) => normalised(text!)).values()].filter(({ length }) => length > 1);
}

/** A duplicate of what is none that stays is shown with the evidence of that, so that it points at a record that stays. */
export function withFound(
  duplicates: ReadonlyMap<string, Duplicate>,
  found: ReadonlyMap<string, Duplicate>,
): Map<string, Duplicate> {
  const before = [...duplicates].map(([id, duplicate]) => [id, found.get(duplicate.duplicateOf) ?? duplicate] as const);
  return new Map([...before, ...found]);
}
