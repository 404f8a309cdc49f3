import type { ThresholdEvidence } from './choose-threshold.ts';
import { randomCombinations } from './judge.ts';
import type { ScorablePair } from './pair-verifier.ts';
import type { Verifier } from './verifier.ts';

const randomTexts = 2;
const seed = 0;

/**
 * What the towers say of some pairs, and of their pictures with random texts, which are wrong for sure: all that `chooseThreshold` needs
 * but labels. Best of thousands of pairs, from the corpus that is to be prepared.
 */
export async function thresholdEvidence(
  verifier: Verifier,
  pairs: readonly ScorablePair[],
  options: { signal?: AbortSignal } = {},
): Promise<Omit<ThresholdEvidence, 'labels'>> {
  const { towers, folds } = verifier;
  const texts = [...new Set(pairs.map(({ text }) => text))];
  const number = new Map(texts.map((text, j) => [text, j]));
  const random = randomCombinations(pairs, texts, { perImage: randomTexts, folds, seed });
  const image = [...pairs.keys(), ...random.image];
  const text = [...pairs.map((pair) => number.get(pair.text)!), ...random.text];
  const scores = await verifier.judge(pairs, texts, { image, text }, options);
  const split = pairs.length * towers.length;
  return { towers, pairs: scores.subarray(0, split), shuffled: scores.subarray(split) };
}
