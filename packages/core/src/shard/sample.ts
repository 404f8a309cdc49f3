import { detectFormat } from '../image/format.ts';
import type { Json, NegativeText, RefusedText, Route, Verdict } from '../pair.ts';

/** One WebDataset sample. In the archive its files are called `KEY.NAME`. */
export interface ShardSample {
  /** Letters, digits, `_` and `-`; unique in the folder, e.g. `000000042`. */
  readonly key: string;
  readonly entries: readonly { readonly name: string; readonly data: Uint8Array | string }[];
}

/** What `K.json` holds: where a pair comes from and what the verifier said. */
export interface PairProvenance {
  /** Id of the source record whose picture this is. */
  readonly id: string;
  readonly source: string;
  readonly route: Route;
  /** Calibrated probability that the pair as written here is right; null where nothing scored it. */
  readonly score: number | null;
  readonly byTower: Verdict['byTower'];
  /** Of the picture's bytes. */
  readonly sha256: string | null;
  /** Of the decoded pixels; equal hashes = equal pictures. */
  readonly pixelHash: string | null;
  readonly repaired: Verdict['repaired'];
  /** Of what was rejected: the text that a generator offered for it. */
  readonly refused?: RefusedText;
  /** What the source said of the picture beside its text: URL, licence, a table's further columns. */
  readonly meta?: { readonly [key: string]: Json };
}

/** One element of `K.neg.json`. */
export interface StoredNegative extends NegativeText {
  /** Name of the edited picture's entry behind `K.`, e.g. `neg0.png`. */
  readonly image?: string;
  readonly pixelHash?: string;
}

export interface NegativeToStore extends NegativeText {
  readonly image?: { readonly bytes: Uint8Array; readonly pixelHash: string };
}

/** The layout of a kept (or rejected) record: `K.png`, `K.txt`, `K.json`. The picture's bytes stay as they were. */
export function pairSample(
  key: string,
  record: { readonly image?: Uint8Array; readonly text?: string; readonly provenance: PairProvenance },
): ShardSample {
  const entries: { name: string; data: Uint8Array | string }[] = [];
  if (record.image) entries.push({ name: detectFormat(record.image) ?? 'bin', data: record.image });
  if (record.text !== undefined) entries.push({ name: 'txt', data: record.text });
  const { id, source, route, score, byTower, sha256, pixelHash, repaired, refused, meta } = record.provenance;
  const stored = {
    ...{ id, source, route, score, byTower, sha256, pixelHash, repaired },
    ...(refused && { refused }),
    ...(meta && { meta }),
  };
  entries.push({ name: 'json', data: JSON.stringify(stored) });
  return { key, entries };
}

/** The layout of a pair's negatives, in a derived shard: `K.neg.json`, `K.neg0.png`, … */
export function negativesSample(key: string, negatives: readonly NegativeToStore[]): ShardSample {
  const images: { name: string; data: Uint8Array }[] = [];
  const stored = negatives.map(({ category, text, change, image }, index): StoredNegative => {
    const negative = { category, text, change: { from: change.from, to: change.to } };
    if (!image) return negative;
    const name = `neg${index}.${detectFormat(image.bytes) ?? 'bin'}`;
    images.push({ name, data: image.bytes });
    return { ...negative, image: name, pixelHash: image.pixelHash };
  });
  return { key, entries: [{ name: 'neg.json', data: JSON.stringify(stored) }, ...images] };
}
