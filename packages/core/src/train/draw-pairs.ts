import { AnagramError } from '../errors.ts';
import type { Fit } from '../image/preprocess.ts';
import { paraphrase } from '../negatives/paraphrase.ts';
import type { TrainingNegative, TrainingPair } from '../pair.ts';
import { Random } from '../random.ts';
import type { TextTokenizer } from '../text/text-tokenizer.ts';
import { type Curriculum, resultLag } from './curriculum.ts';
import { usesOf } from './objective-settings.ts';
import { pickWeighted, type Sampler, type SharedSet } from './sampler.ts';
import { rampAt } from './schedule.ts';
import type { ResolvedSettings } from './settings.ts';

/** A pair of a batch with those of its negatives that the batch uses, reduced to what it uses of them. */
export interface DrawnPair {
  readonly pair: TrainingPair;
  readonly negatives: readonly TrainingNegative[];
  /** Another wording of the pair's text, where the objective uses one and there is one. */
  readonly paraphrase: string | null;
}

/** Pictures of a batch that pass the image tower; the addon shuffles a share of the rows, rounded. */
export function countPictures(
  rows: number,
  loneImages: number,
  { structure }: Pick<ResolvedSettings, 'structure'>,
): number {
  const shuffles = structure.weight > 0 && structure.image !== 'off';
  return rows + loneImages + (shuffles ? Math.round(structure.share * rows) : 0);
}

/** A negative with both sides is a row of its own where the objective has negative pairs. */
export function isNegativePair(
  negative: TrainingNegative,
  { objective }: Pick<ResolvedSettings, 'objective'>,
): boolean {
  return objective.negativePairs && negative.text !== null && negative.image !== null;
}

/**
 * Draws pairs for a step until their pictures fill the batch. The last ones lose the pictures of their negatives where
 * these no longer fit.
 */
export async function drawPairs(
  step: number,
  options: {
    sets: readonly SharedSet[];
    sampler: Sampler;
    curriculum: Curriculum;
    settings: ResolvedSettings;
    tokenizer: Pick<TextTokenizer, 'normalise'>;
    imageSize: number;
    fit?: Fit;
  },
): Promise<DrawnPair[]> {
  const { sets, sampler, curriculum, settings, tokenizer, imageSize, fit } = options;
  const { batchSize, objective, structure, seed, steps } = settings;
  curriculum.advanceTo(step);
  const hardness = rampAt(step, settings.curriculum.hardness, steps);
  const weight = (category: string | null) => curriculum.weight(category) ** hardness;
  const withNegatives = rampAt(step, settings.curriculum.negatives, steps);
  const draws = new Random(seed, 'draw', step);
  const choices = new Random(seed, 'negatives', step);
  const gates = new Random(seed, 'gates', step);
  const wordings = new Random(seed, 'paraphrases', step);
  const drawn: DrawnPair[] = [];
  let rows = 0;
  let loneImages = 0;
  const fits = (moreRows: number, moreImages: number) =>
    countPictures(rows + moreRows, loneImages + moreImages, settings) <= batchSize;
  const mostPictures = (1 + objective.negativesPerPair) * (1 + structure.share);
  while (fits(1, 0)) {
    // As many at once as are certain to fit, so that they are read side by side and none is read in vain.
    const left = batchSize - countPictures(rows, loneImages, settings);
    const count = Math.max(1, Math.floor((left - 1) / mostPictures));
    const places = Array.from({ length: count }, () => sampler.draw(draws, weight));
    const pairs = await Promise.all(places.map(({ set, index }) => readPair(sets[set]!, index, imageSize, fit)));
    for (const pair of pairs) {
      rows++;
      const open = gates.float() < withNegatives;
      const chosen = open ? chooseNegatives(pair, settings, tokenizer, choices, weight) : [];
      const negatives = chosen.map((negative) => {
        const asPair = isNegativePair(negative, settings);
        if (negative.image === null) return negative;
        if (!fits(asPair ? 1 : 0, asPair ? 0 : 1)) return { ...negative, image: null, imageKey: null };
        if (asPair) rows++;
        else loneImages++;
        return negative;
      });
      drawn.push({
        pair,
        negatives: negatives.filter(({ text, image }) => text !== null || image !== null),
        paraphrase: chooseParaphrase(pair, settings, tokenizer, wordings),
      });
    }
  }
  return drawn;
}

/** Those sides of a pair's negatives that the objective uses, some of them drawn by their categories' weights. */
function chooseNegatives(
  pair: TrainingPair,
  { objective, custom }: Pick<ResolvedSettings, 'objective' | 'custom'>,
  tokenizer: Pick<TextTokenizer, 'normalise'>,
  random: Random,
  weight: (category: string | null) => number,
): TrainingNegative[] {
  const { negativePairs, negativesPerPair, negativeImages, sharedNegatives } = objective;
  if (negativesPerPair === 0) return [];
  const uses = usesOf(objective);
  const usesTexts = custom !== null || negativePairs || uses.texts || sharedNegatives;
  const usesImages = custom !== null || negativePairs || uses.images;
  const text = tokenizer.normalise(pair.text);
  const usable = pair.negatives
    .map((negative) => {
      const keepsText = usesTexts && negative.text !== null && tokenizer.normalise(negative.text) !== text;
      const keepsImage = usesImages && negative.image !== null && negative.imageKey !== pair.imageKey;
      return {
        category: negative.category,
        text: keepsText ? negative.text : null,
        image: keepsImage ? negative.image : null,
        imageKey: keepsImage ? negative.imageKey : null,
      };
    })
    .filter((negative) => negative.text !== null || negative.image !== null);
  const chosen: TrainingNegative[] = [];
  while (chosen.length < negativesPerPair && usable.length > 0) {
    const at = pickWeighted(
      random,
      usable.map(({ category }) => weight(category)),
    );
    const [negative] = usable.splice(at, 1);
    const loses = random.float() >= negativeImages && negative!.text !== null;
    chosen.push(loses ? { ...negative!, image: null, imageKey: null } : negative!);
  }
  return chosen;
}

/** One of the pair's paraphrases that is worded otherwise, by rules where it has none; null where the objective has no use for one. */
function chooseParaphrase(
  { text, paraphrases = [] }: TrainingPair,
  { objective }: Pick<ResolvedSettings, 'objective'>,
  tokenizer: Pick<TextTokenizer, 'normalise'>,
  random: Random,
): string | null {
  if (!usesOf(objective).paraphrases) return null;
  const known = paraphrases.length > 0 || objective.paraphrases === 0 ? paraphrases : paraphrase(text);
  const others = known.filter((other) => tokenizer.normalise(other) !== tokenizer.normalise(text));
  return others.length === 0 ? null : random.pick(others);
}

async function readPair({ set }: SharedSet, index: number, imageSize: number, fit?: Fit): Promise<TrainingPair> {
  const pair = await set.pair(index, imageSize, fit);
  for (const image of [pair.image, ...pair.negatives.map((negative) => negative.image)]) {
    if (!image || (image.width === imageSize && image.height === imageSize)) continue;
    throw new AnagramError(
      'invalid-options',
      `Pair ${index} of ${set.name} has a picture of ${image.width}×${image.height} pixels. Expected ${imageSize}×${imageSize}, as pair(index, imageSize) was asked for. Correct the PairSet.`,
      { where: 'pairs' },
    );
  }
  return pair;
}

/** Batches that may be in preparation while a step runs. */
export const batchesAhead = resultLag - 1;
