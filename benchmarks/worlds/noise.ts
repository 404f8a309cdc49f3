import type { Random } from '@anagram/core';

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

/** Passes the texts at these places on among themselves so that none stays, or comes back, where it is right. */
function derange(texts: string[], places: readonly number[], random: Random): void {
  const right = places.map((place) => texts[place]!);
  const order = random.shuffle([...right]);
  for (let i = 0; i < order.length; i++) {
    if (order[i] !== right[i]) continue;
    const fits = (j: number) => order[j] !== right[i] && order[i] !== right[j];
    const start = random.below(order.length);
    const j = order.findIndex((_, k) => fits((start + k) % order.length));
    if (j < 0) continue; // a single text, or one that more than half of the places share: it stays right, and truth says so
    const k = (start + j) % order.length;
    [order[i], order[k]] = [order[k]!, order[i]!];
  }
  places.forEach((place, i) => {
    texts[place] = order[i]!;
  });
}
