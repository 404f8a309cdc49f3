import { fitWords, scoreWords, type WordFeatures, wordFeatures } from '../../negatives/word-model.ts';
import { Random } from '../../random.ts';
import type { BenchmarkItem, Cosines } from './define-benchmark.ts';
import type { Scoring } from './score-items.ts';

const folds = 5;
/** With fewer items nothing is learned; of more, so many are learned from. */
const [fewest, most] = [20, 20_000];

/**
 * A scorer that has never seen a picture and has learned from other items which words stand in right texts: logistic regression on
 * words, word pairs and length, fitted five times on four fifths of the items. Items that share a picture stand in the same fifth.
 * Where it is far above chance, the negatives give themselves away (SugarCrepe, Hsieh et al. 2023).
 * @returns null for fewer than 20 items with one picture, a right and a wrong text.
 */
export async function learnWords<I extends BenchmarkItem>(
  scoring: Pick<Scoring<I>, 'decide'>,
  items: readonly I[],
  cluster: (item: I) => string,
  pause: () => Promise<void>,
): Promise<((item: I) => Cosines) | null> {
  const labelled = items.flatMap((item) => {
    const right = rightTexts(scoring, item);
    return right ? [{ item, right }] : [];
  });
  if (labelled.length < fewest) return null;
  const foldOf = (item: I) => new Random('learned-words', cluster(item)).below(folds);
  const step = Math.max(1, labelled.length / most);
  const examples = Array.from({ length: Math.min(most, labelled.length) }, (_, i) => labelled[Math.floor(i * step)]!)
    .map(({ item, right }) => ({ fold: foldOf(item), texts: item.texts, right }))
    .flatMap(({ fold, texts, right }) =>
      texts.map((text, c) => ({ fold, features: wordFeatures(text), negative: !right.has(c) })),
    );
  new Random('learned-words', 'order').shuffle(examples);
  const weights: Float64Array[] = [];
  for (let fold = 0; fold < folds; fold++) {
    weights.push(fitWords(examples.filter((example) => example.fold !== fold)));
    await pause();
  }
  return (item) => {
    const own = weights[foldOf(item)]!;
    const score = (features: WordFeatures) => -scoreWords(own, features);
    return blindCosines(item.texts.map((text) => score(wordFeatures(text))));
  };
}

/** Texts with scores of their own, whatever the picture. */
export function blindCosines(scores: readonly number[]): Cosines {
  const nowhere = () => ({ above: Number.POSITIVE_INFINITY, before: 0, after: 0, margin: 0 });
  return { textImage: (c) => scores[c]!, textText: () => 0, ownPicture: nowhere, ownText: nowhere };
}

/** Places of the texts that are right by most decisions where they alone score; null where texts are not chosen among. */
function rightTexts<I extends BenchmarkItem>(scoring: Pick<Scoring<I>, 'decide'>, item: I): Set<number> | null {
  if (item.pictures.length !== 1 || item.texts.length < 2) return null;
  const hits = item.texts.map((_, alone) => {
    const decided = scoring.decide(blindCosines(item.texts.map((_, c) => Number(c === alone))), 'wrong', item);
    return Object.values(decided)
      .flat()
      .filter(({ right }) => right).length;
  });
  const [fewestHits, mostHits] = [Math.min(...hits), Math.max(...hits)];
  if (fewestHits === mostHits) return null;
  return new Set(hits.flatMap((count, c) => (count === mostHits ? [c] : [])));
}
