import { NearIndex } from '../image/near-index.ts';
import type { Duplicate } from '../pair.ts';

/** What tells records apart; null where a record has no text, no picture, or one that cannot be read. */
export interface RecordIdentity {
  readonly id: string;
  /** sha256 of the picture's bytes. */
  readonly bytesHash: string | null;
  /** sha256 of the decoded pixels. */
  readonly pixelHash: string | null;
  /** 16 hex digits of `perceptualHash`. */
  readonly perceptualHash: string | null;
  readonly text: string | null;
}

/**
 * Finds records that say the same as another one; the first of them stays.
 *
 * - Pairs: equal pictures (bytes, then pixels, then near ones) with equal texts. One picture with two texts is no duplicate: of
 *   a right and a wrong text, both must be judged. Texts are equal without regard to case and spacing.
 * - Lone pictures: exactly the picture of a pair, before or after it, or of an earlier lone picture. Near is not enough here:
 *   without a text to agree, two different things of one shape would fall together.
 * - Lone texts: the text of an earlier lone text. That a pair has it too proves nothing, for the pair may be wrong.
 *
 * Pure; linear in the number of records but for near pictures that share a quarter of their hash and their text.
 * @param options.near Largest perceptual distance of near pictures, 0–3, or false for none. @default 3
 * @returns Duplicates by id; what is not in the map stays.
 */
export function deduplicate(
  records: Iterable<RecordIdentity>,
  { near = 3 }: { near?: 0 | 1 | 2 | 3 | false } = {},
): Map<string, Duplicate> {
  const all = [...records];
  const duplicates = new Map<string, Duplicate>();
  const exact = new Map<string, string>();
  const close = new NearIndex<string>(near === false ? -1 : near);

  for (const { id, bytesHash, pixelHash, perceptualHash, text } of all) {
    if (text === null || !hasPicture({ bytesHash, pixelHash })) continue;
    const words = normalised(text);
    const keys = pictureKeys(bytesHash, pixelHash);
    const found =
      findExact(
        exact,
        keys.map(({ kind, key }) => ({ kind, key: `${key}\n${words}` })),
        duplicates,
      ) ?? nearest(close, perceptualHash, words);
    if (found) duplicates.set(id, found);
    else close.add(perceptualHash, id, words);
    for (const { key } of keys) {
      remember(exact, `${key}\n${words}`, id);
      remember(exact, key, id);
    }
  }
  for (const { id, bytesHash, pixelHash, text } of all) {
    const keys = text === null ? pictureKeys(bytesHash, pixelHash) : loneTextKey({ bytesHash, pixelHash, text });
    if (keys.length === 0) continue;
    const found = findExact(exact, keys, duplicates);
    if (found) duplicates.set(id, found);
    for (const { key } of keys) remember(exact, key, id);
  }
  return duplicates;
}

interface Key {
  readonly kind: 'bytes' | 'pixels' | 'text';
  readonly key: string;
}

function pictureKeys(bytesHash: string | null, pixelHash: string | null): Key[] {
  const keys: Key[] = [];
  if (bytesHash !== null) keys.push({ kind: 'bytes', key: `bytes ${bytesHash}` });
  if (pixelHash !== null) keys.push({ kind: 'pixels', key: `pixels ${pixelHash}` });
  return keys;
}

function loneTextKey(record: Pick<RecordIdentity, 'bytesHash' | 'pixelHash'> & { text: string }): Key[] {
  return hasPicture(record) ? [] : [{ kind: 'text', key: `text ${normalised(record.text)}` }];
}

function hasPicture({ bytesHash, pixelHash }: Pick<RecordIdentity, 'bytesHash' | 'pixelHash'>): boolean {
  return bytesHash !== null || pixelHash !== null;
}

/** What equal texts have in common. */
export function normalised(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function remember(exact: Map<string, string>, key: string, id: string): void {
  if (!exact.has(key)) exact.set(key, id);
}

/** A copy of a duplicate is shown with the duplicate's own evidence, so that it points at a record that stays. */
function findExact(
  exact: ReadonlyMap<string, string>,
  keys: readonly Key[],
  duplicates: ReadonlyMap<string, Duplicate>,
): Duplicate | null {
  for (const { kind, key } of keys) {
    const id = exact.get(key);
    if (id !== undefined) return duplicates.get(id) ?? { duplicateOf: id, kind, distance: 0 };
  }
  return null;
}

function nearest(close: NearIndex<string>, hash: string | null, words: string): Duplicate | null {
  const found = close.find(hash, words);
  return found && { duplicateOf: found.value, kind: 'near', distance: found.distance };
}
