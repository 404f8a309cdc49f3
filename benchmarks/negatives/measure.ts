import {
  balance,
  type Detectability,
  type DetectabilityOptions,
  detectability,
  type NegativeText,
  negativeCategories,
  Random,
  rejection,
} from '@anagram/core';
import type { Contender } from './contenders/contender.ts';

export interface Written {
  readonly caption: string;
  readonly candidates: readonly NegativeText[];
}

/** What a contender writes of captions, screened as `writeNegatives` screens; the categories in an order drawn by caption. */
export async function write(contender: Contender, captions: readonly string[]): Promise<Written[]> {
  return Promise.all(
    captions.map(async (caption) => {
      const candidates = (await contender.write(caption)).filter((negative) => rejection(caption, negative) === null);
      return { caption, candidates: new Random('negatives', caption).shuffle([...candidates]) };
    }),
  );
}

/** The 32-bit hash of character 3-, 4- and 5-grams: features that balancing has not seen. */
export function characters(text: string): Int32Array {
  const spelled = `<${text.normalize('NFC').toLowerCase().trim()}>`;
  const grams = new Set<number>();
  for (let length = 3; length <= 5; length++) {
    for (let at = 0; at + length <= spelled.length; at++) {
      let hash = 0x811c9dc5;
      for (let i = at; i < at + length; i++) hash = Math.imul(hash ^ spelled.charCodeAt(i), 0x01000193);
      grams.add((hash >>> 0) % 2 ** 17);
    }
  }
  return Int32Array.from(grams);
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
const rounded = (found: Detectability | null) => found && { auroc: round(found.auroc), paired: round(found.paired) };

interface Pair {
  readonly caption: string;
  readonly negative: NegativeText;
}

const told = (pairs: readonly Pair[], options: DetectabilityOptions = {}): Detectability | null =>
  detectability(
    pairs.map(({ caption }) => caption),
    pairs.map(({ negative }) => negative.text),
    options,
  );

const halfOf = (caption: string): number => new Random('half', caption.toLowerCase().trim()).below(2);

/**
 * Both halves of the captions are balanced by themselves and the classifier of the one is tested on the other: what a set of
 * other captions would teach, which balancing has no part in.
 */
async function acrossHalves(written: readonly Written[], perGroup: number): Promise<Detectability | null> {
  const pairs: Pair[] = [];
  for (const half of [0, 1]) {
    const own = written.filter(({ caption }) => halfOf(caption) === half);
    const { chosen } = await balance(own, { perGroup, most: 0.55, seed: half });
    pairs.push(...chosen.flatMap((each, i) => each.map((negative): Pair => ({ caption: own[i]!.caption, negative }))));
  }
  return told(pairs, { partOf: halfOf });
}

const shuffle = (caption: string): string =>
  new Random('shuffle', caption)
    .shuffle(
      caption
        .replace(/[.,!?]/g, '')
        .trim()
        .split(/\s+/),
    )
    .join(' ');

/** Everything that is reported of a set of written negatives. */
export async function measure(
  written: readonly Written[],
  options: { perPair: number; wellFormed: (texts: readonly string[]) => Promise<boolean[]> },
) {
  const share = (part: number, whole: number) => (whole === 0 ? null : round(part / whole));
  const first = written.flatMap(({ caption, candidates }): Pair[] =>
    negativeCategories.flatMap((category) => {
      const negative = candidates.find((each) => each.category === category);
      return negative ? [{ caption, negative }] : [];
    }),
  );
  const balanced = await balance(written, { perGroup: options.perPair, most: 0.55, seed: 0 });
  const kept = balanced.chosen.flatMap((each, i) =>
    each.map((negative): Pair => ({ caption: written[i]!.caption, negative })),
  );
  const plain = await balance(written, { perGroup: options.perPair, most: null, seed: 0 });
  const drawn = plain.chosen.flatMap((each, i) =>
    each.map((negative): Pair => ({ caption: written[i]!.caption, negative })),
  );
  const originals = await options.wellFormed(written.map(({ caption }) => caption));
  const shuffled = await options.wellFormed(written.map(({ caption }) => shuffle(caption)));
  const wellFormed = await options.wellFormed(first.map(({ negative }) => negative.text));
  const isWell = new Map(written.map(({ caption }, i) => [caption, originals[i]!]));
  const ofWell = first.flatMap(({ caption }, i) => (isWell.get(caption) ? [wellFormed[i]!] : []));
  const keptWell = await options.wellFormed(kept.map(({ negative }) => negative.text));

  const byCategory = negativeCategories.flatMap((category) => {
    const own = (pairs: readonly Pair[]) => pairs.filter(({ negative }) => negative.category === category);
    const all = first.flatMap(({ caption, negative }, i) =>
      negative.category === category ? [{ caption, well: wellFormed[i]! }] : [],
    );
    if (all.length === 0) return [];
    const fair = all.filter(({ caption }) => isWell.get(caption));
    return [
      [
        category,
        {
          written: all.length,
          grammatical: share(fair.filter(({ well }) => well).length, fair.length),
          before: rounded(told(own(first))),
          kept: own(kept).length,
          after: rounded(told(own(kept))),
        },
      ] as const,
    ];
  });
  const after = told(kept);
  return {
    report: {
      captions: written.length,
      coverage: Object.fromEntries(
        byCategory.map(([category, each]) => [category, share(each.written, written.length)]),
      ),
      anyCategory: share(written.filter(({ candidates }) => candidates.length > 0).length, written.length),
      negatives: first.length,
      grammatical: share(wellFormed.filter(Boolean).length, wellFormed.length),
      /** Of negatives whose caption is well formed itself. */
      grammaticalWhereCaptionIs: share(ofWell.filter(Boolean).length, ofWell.length),
      grammaticalAfterBalance: share(keptWell.filter(Boolean).length, keptWell.length),
      grammaticalCaptions: share(originals.filter(Boolean).length, originals.length),
      /** Of captions whose words are shuffled: what the yardstick lets pass. */
      grammaticalShuffled: share(shuffled.filter(Boolean).length, shuffled.length),
      /** The larger of AUROC and paired accuracy, after balancing. */
      detectability: after ? round(Math.max(after.auroc, after.paired)) : null,
      balance: {
        perPair: options.perPair,
        before: {
          negatives: drawn.length,
          words: rounded(told(drawn)),
          characters: rounded(told(drawn, { features: characters })),
        },
        after: {
          negatives: kept.length,
          captions: balanced.chosen.filter((each) => each.length > 0).length,
          words: rounded(after),
          characters: rounded(told(kept, { features: characters })),
          acrossHalves: rounded(await acrossHalves(written, options.perPair)),
        },
      },
      byCategory: Object.fromEntries(byCategory),
    },
    kept,
  };
}
