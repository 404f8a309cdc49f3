import { Random } from '../random.ts';
import { fitWords, scoreWords, wordFeatures } from './word-model.ts';

const folds = 5;

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
    { features: wordFeatures(texts[index]!), negative: false, fold: i % folds },
    { features: wordFeatures(negatives[index]!), negative: true, fold: i % folds },
  ]);
  const scored = Array.from({ length: folds }, (_, fold) => {
    const weights = fitWords(examples.filter((example) => example.fold !== fold));
    const tested = examples.filter((example) => example.fold === fold);
    return areaUnderCurve(tested.map(({ features, negative }) => ({ score: scoreWords(weights, features), negative })));
  });
  return scored.reduce((total, area) => total + area, 0) / folds;
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
