import type { Random } from '@anagram/core';
import { derange } from './derange.ts';

/** How much of a pile of complete and right pairs is spoilt. */
export interface NoiseShares {
  /** Share of the records that lose their text. */
  readonly lostTexts: number;
  /** Share of the records that lose their picture. */
  readonly lostImages: number;
  /** Share of the pairs left that get another pair's text. */
  readonly wrong: number;
}

/** What is left of a record: both sides, the picture alone or the text alone; and the text that it now has, or had. */
export interface NoisyRecord {
  readonly kind: 'pair' | 'image' | 'text';
  readonly text: string;
}

/**
 * Spoils pairs: some lose their text, some their picture, and of the others some pass their texts on among themselves, so that no
 * text is made up or lost. A wrong text never equals the right one.
 * @param texts The right text of every record.
 * @returns One for each record, in its place.
 */
export function addNoise(texts: readonly string[], shares: NoiseShares, random: Random): NoisyRecord[] {
  const [withoutText, withoutImage] = [shares.lostTexts, shares.lostImages].map((share) =>
    Math.round(share * texts.length),
  ) as [number, number];
  const kinds = random.shuffle(
    texts.map((_, i): NoisyRecord['kind'] =>
      i < withoutText ? 'image' : i < withoutText + withoutImage ? 'text' : 'pair',
    ),
  );
  const pairs = random.shuffle(kinds.flatMap((kind, i) => (kind === 'pair' ? [i] : [])));
  const given = [...texts];
  derange(given, pairs.slice(0, Math.round(shares.wrong * pairs.length)), random);
  return kinds.map((kind, i) => ({ kind, text: given[i]! }));
}
