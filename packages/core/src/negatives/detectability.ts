import { Random } from '../random.ts';
import { auroc } from '../verify/metrics.ts';
import { textKey } from './screen.ts';
import { scoreWords, type WordFeatures, wordBuckets, wordFeatures } from './word-model.ts';

export const folds = 5;
const epochs = 4;
const learningRate = 0.5;
const mostPairs = 5000;
/** With fewer, a figure says more about chance than about the texts. */
export const fewestPairs = 20;

/** How well captions and negatives are told apart without any picture; 0.5 is chance in both. */
export interface Detectability {
  /** Chance that a negative looks more like a negative than a caption does, whichever captions and negatives are drawn. */
  readonly auroc: number;
  /** The same of a negative and its own caption: how often someone who only reads picks the caption. */
  readonly paired: number;
}

export interface DetectabilityOptions {
  /** @default 0 */
  readonly seed?: number;
  /** Distinct features of a text, below 2^17. @default words, word pairs and length */
  readonly features?: (text: string) => WordFeatures;
  /** Part that a caption stands in; each is tested by what was learned of the others. @default one of five, by caption and seed */
  readonly partOf?: (caption: string) => number;
}

/**
 * Trains logistic regressions on words, word pairs and length to tell captions from negatives, on four fifths of the
 * captions, and tests them on the last, five times; ties count half. A set near 1 gives itself away and teaches a model to
 * read instead of to look (SugarCrepe, Hsieh et al. 2023). Equal captions, with all their negatives, always stand in the same
 * fifth. The two sides are treated alike: exchanged, they are told apart as well.
 *
 * @param texts Captions; one stands as often as it has negatives.
 * @param negatives `negatives[i]` is a negative of `texts[i]`. At most 5,000 pairs are used, evenly spread.
 * @returns Null for fewer than 20 pairs.
 */
export function detectability(
  texts: readonly string[],
  negatives: readonly string[],
  options: DetectabilityOptions = {},
): Detectability | null {
  const { seed = 0, features: read = wordFeatures, partOf = (caption) => foldOf(caption, seed) } = options;
  const count = Math.min(mostPairs, texts.length);
  if (count < fewestPairs) return null;
  const order = Array.from({ length: count }, (_, i) => Math.floor((i * texts.length) / count));
  new Random('detectability', seed).shuffle(order);
  const pairs = order.map((index): Pair => {
    return { caption: read(texts[index]!), negative: read(negatives[index]!), fold: partOf(texts[index]!) };
  });
  const found = [...new Set(pairs.map(({ fold }) => fold))].sort().map((fold) => {
    const trained = pairs.filter((pair) => pair.fold !== fold);
    const tested = pairs.filter((pair) => pair.fold === fold);
    return {
      tested: tested.length,
      auroc: areaUnderCurve(tested, fit(trained, alone)),
      paired: wins(tested, fit(trained, against)),
    };
  });
  const mean = (key: 'auroc' | 'paired') => found.reduce((sum, fold) => sum + fold[key] * fold.tested, 0) / count;
  return { auroc: mean('auroc'), paired: mean('paired') };
}

/**
 * The fifth that a caption stands in. It hangs on the caption alone: a set that is balanced fifth by fifth is not learned
 * backwards, as one is whose fifths make up for each other.
 */
export function foldOf(caption: string, seed: number): number {
  return new Random('fold', textKey(caption), seed).below(folds);
}

interface Pair {
  readonly caption: WordFeatures;
  readonly negative: WordFeatures;
  readonly fold: number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Gradients of the logistic loss in the scores of a caption and its negative, when each is judged by itself … */
const alone = (caption: number, negative: number): [number, number] => [sigmoid(caption), -sigmoid(-negative)];
/** … and when the question is which of the two is the negative. */
const against = (caption: number, negative: number): [number, number] => {
  const slope = sigmoid(caption - negative);
  return [slope, -slope];
};

/** AdaGrad, one pair at a time. */
function fit(pairs: readonly Pair[], slopes: typeof alone): Float64Array {
  const weights = new Float64Array(wordBuckets);
  const squares = new Float64Array(wordBuckets).fill(1e-2);
  const gradients = new Map<number, number>();
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { caption, negative } of pairs) {
      const [down, up] = slopes(scoreWords(weights, caption), scoreWords(weights, negative));
      gradients.clear();
      for (const feature of caption) gradients.set(feature, down);
      for (const feature of negative) gradients.set(feature, (gradients.get(feature) ?? 0) + up);
      for (const [feature, gradient] of gradients) {
        squares[feature]! += gradient * gradient;
        weights[feature]! -= (learningRate * gradient) / Math.sqrt(squares[feature]!);
      }
    }
  }
  return weights;
}

/** Share of the pairs whose negative scores above its caption; ties count half. */
function wins(pairs: readonly Pair[], weights: Float64Array): number {
  const points = pairs.reduce((total, { caption, negative }) => {
    const lead = scoreWords(weights, negative) - scoreWords(weights, caption);
    // Equal words in another order add up to the same but for rounding.
    return total + (Math.abs(lead) < 1e-9 ? 0.5 : lead > 0 ? 1 : 0);
  }, 0);
  return points / Math.max(1, pairs.length);
}

/** Chance that a negative scores above a caption; ties count half. */
function areaUnderCurve(pairs: readonly Pair[], weights: Float64Array): number {
  const scores = pairs.flatMap(({ caption, negative }) => [caption, negative].map((text) => scoreWords(weights, text)));
  return auroc(
    scores,
    scores.map((_, i) => i % 2 === 1),
  );
}
