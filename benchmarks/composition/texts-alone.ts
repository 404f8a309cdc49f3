import { hashBytes, negativeCategories, type PairSet, ruleWriter, type TrainingNegative } from '@anagram/core';

/** The world's exact negatives without their pictures: the best that a writer could do without an editor. */
export function exactTexts(set: PairSet): PairSet {
  return withNegatives(set, 'exact-texts', async ({ negatives }) => negatives.flatMap(({ text }) => text ?? []));
}

/** Negative texts that the rule writer makes of the captions alone, of every category in which a rule applies. */
export function ruleTexts(set: PairSet): PairSet {
  const writer = ruleWriter({ language: 'en' });
  return withNegatives(set, 'rule-texts', async ({ text }, index) => {
    const written = await writer.write({ text, categories: negativeCategories, seed: index });
    return written.map((negative) => negative.text);
  });
}

type Pair = Awaited<ReturnType<PairSet['pair']>>;

/** The category stays the world's, so that the curriculum draws alike whoever wrote the texts. */
function withNegatives(
  set: PairSet,
  name: string,
  write: (pair: Pair, index: number) => Promise<readonly string[]>,
): PairSet {
  return {
    name: `${set.name}-${name}`,
    length: set.length,
    fingerprint: hashBytes(`${name} ${set.fingerprint}`),
    category: (index) => set.category(index),
    async pair(index, imageSize, fit) {
      const pair = await set.pair(index, imageSize, fit);
      const category = set.category(index) ?? 'any';
      const lone = (text: string): TrainingNegative => ({ category, text, image: null, imageKey: null });
      return { ...pair, negatives: (await write(pair, index)).map(lone) };
    },
    texts: () => set.texts(),
  };
}
