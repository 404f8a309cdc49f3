import { Random } from '../random.ts';
import { textKey } from './screen.ts';

const buckets = 2 ** 17;
const folds = 5;
const epochs = 4;
const learningRate = 0.5;

/**
 * How well captions and their negatives are told apart without any picture: AUROC of a logistic regression on words, word
 * pairs and length, trained on four fifths and tested on the last, five times. 0.5 is chance; a set near 1 gives itself away
 * and teaches a model to read instead of to look (SugarCrepe, Hsieh et al. 2023). A caption and its negative always stand in
 * the same fifth.
 *
 * @param texts Captions.
 * @param negatives `negatives[i]` is a negative of `texts[i]`. At most 5,000 pairs are used, evenly spread.
 * @returns AUROC in [0, 1], or null for fewer than 20 pairs.
 */
export function detectability(texts: readonly string[], negatives: readonly string[], seed = 0): number | null {
  const count = Math.min(5000, texts.length);
  if (count < 20) return null;
  const order = Array.from({ length: count }, (_, i) => Math.floor((i * texts.length) / count));
  new Random('detectability', seed).shuffle(order);
  const examples = order.flatMap((index, i) => [
    { features: featuresOf(texts[index]!), negative: false, fold: i % folds },
    { features: featuresOf(negatives[index]!), negative: true, fold: i % folds },
  ]);
  const scored = Array.from({ length: folds }, (_, fold) => {
    const weights = fit(examples.filter((example) => example.fold !== fold));
    const tested = examples.filter((example) => example.fold === fold);
    return areaUnderCurve(tested.map(({ features, negative }) => ({ score: sum(weights, features), negative })));
  });
  return scored.reduce((total, area) => total + area, 0) / folds;
}

/** Distinct buckets of the text's words and word pairs, and of its length. */
function featuresOf(text: string): Int32Array {
  const words = ['<', ...textKey(text).split(' '), '>'];
  const grams = words.flatMap((word, i) => [word, `${words[i - 1] ?? ''} ${word}`]);
  grams.push(`#${words.length}`);
  return Int32Array.from(new Set(grams.map(bucketOf)));
}

function bucketOf(gram: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < gram.length; i++) hash = Math.imul(hash ^ gram.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % buckets;
}

/** AdaGrad on the logistic loss, one example at a time. */
function fit(examples: readonly { features: Int32Array; negative: boolean }[]): Float64Array {
  const weights = new Float64Array(buckets);
  const squares = new Float64Array(buckets).fill(1e-2);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { features, negative } of examples) {
      const gradient = 1 / (1 + Math.exp(-sum(weights, features))) - (negative ? 1 : 0);
      for (const feature of features) {
        squares[feature]! += gradient * gradient;
        weights[feature]! -= (learningRate * gradient) / Math.sqrt(squares[feature]!);
      }
    }
  }
  return weights;
}

function sum(weights: Float64Array, features: Int32Array): number {
  let total = 0;
  for (const feature of features) total += weights[feature]!;
  return total;
}

/** Chance that a negative scores above a caption; ties count half. */
function areaUnderCurve(scored: { score: number; negative: boolean }[]): number {
  scored.sort((a, b) => a.score - b.score);
  let ranks = 0;
  let negatives = 0;
  for (let i = 0; i < scored.length; ) {
    let end = i;
    while (end < scored.length && scored[end]!.score === scored[i]!.score) end++;
    const rank = (i + 1 + end) / 2;
    for (; i < end; i++) {
      if (!scored[i]!.negative) continue;
      ranks += rank;
      negatives++;
    }
  }
  const others = scored.length - negatives;
  return (ranks - (negatives * (negatives + 1)) / 2) / (negatives * others);
}
