import { textKey } from './screen.ts';

/** Features are counted in this many buckets. */
export const wordBuckets = 2 ** 17;
const epochs = 4;
const learningRate = 0.5;

/** Distinct buckets of a text's words and word pairs, and of its length. */
export type WordFeatures = Int32Array;

export function wordFeatures(text: string): WordFeatures {
  const words = ['<', ...textKey(text).split(' '), '>'];
  const grams = words.flatMap((word, i) => [word, `${words[i - 1] ?? ''} ${word}`]);
  grams.push(`#${words.length}`);
  return Int32Array.from(new Set(grams.map(bucketOf)));
}

function bucketOf(gram: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < gram.length; i++) hash = Math.imul(hash ^ gram.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % wordBuckets;
}

/** Logistic regression that tells false texts from true ones by their words: AdaGrad, one example at a time, in the order given. */
export function fitWords(examples: readonly { features: WordFeatures; negative: boolean }[]): Float64Array {
  const weights = new Float64Array(wordBuckets);
  const squares = new Float64Array(wordBuckets).fill(1e-2);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { features, negative } of examples) {
      const gradient = 1 / (1 + Math.exp(-scoreWords(weights, features))) - (negative ? 1 : 0);
      for (const feature of features) {
        squares[feature]! += gradient * gradient;
        weights[feature]! -= (learningRate * gradient) / Math.sqrt(squares[feature]!);
      }
    }
  }
  return weights;
}

/** Log odds that a text is false. */
export function scoreWords(weights: Float64Array, features: WordFeatures): number {
  let total = 0;
  for (const feature of features) total += weights[feature]!;
  return total;
}
