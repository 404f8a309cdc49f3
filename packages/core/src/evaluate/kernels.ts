/**
 * What happens where the right answer and a wrong one score the same: `wrong` counts it as wrong; `first` and `last` let the
 * answer win that stands first or last, as an argmax in a benchmark's own code does.
 */
export type TieRule = 'wrong' | 'first' | 'last';

/** One decision between a right answer and wrong ones. */
export interface Choice {
  readonly right: boolean;
  /** The right answer and the best wrong one scored the same. */
  readonly tie: boolean;
  /** Score of the right answer less that of the best wrong one; −2 … 2 for cosines. */
  readonly margin: number;
  /** How much of it is right, 0 … 1, where it is no yes or no. */
  readonly value?: number;
}

/**
 * Choice among n answers.
 * @param label Place of the right answer.
 */
export function nWay(scores: readonly number[], label: number, ties: TieRule = 'wrong'): Choice {
  const score = scores[label]!;
  let best = Number.NEGATIVE_INFINITY;
  let right = true;
  scores.forEach((other, place) => {
    if (place === label) return;
    best = Math.max(best, other);
    const winsTie = ties === 'first' ? label < place : ties === 'last' && label > place;
    right &&= score > other || (winsTie && score === other);
  });
  return { right, tie: score === best, margin: score - best };
}

/** Choice between a positive and one negative: the positive stands first. */
export function pairwise(positive: number, negative: number, ties: TieRule = 'wrong'): Choice {
  return nWay([positive, negative], 0, ties);
}

/** A decision that is right where all of its parts are. */
export function all(...parts: readonly Choice[]): Choice {
  return {
    right: parts.every(({ right }) => right),
    tie: parts.some(({ tie }) => tie),
    margin: Math.min(...parts.map(({ margin }) => margin)),
  };
}

/** The decisions about two texts and two pictures; text k fits picture k. */
export interface Matrix2x2 {
  /** Picture k chooses its text. */
  readonly textOfImage: readonly [Choice, Choice];
  /** Text k chooses its picture. */
  readonly imageOfText: readonly [Choice, Choice];
  /** Both pictures choose right, both texts do, all four do (Thrush et al. 2022, Winoground). Chance: 1/4, 1/4, 1/6. */
  readonly text: Choice;
  readonly image: Choice;
  readonly group: Choice;
}

/** @param s `s[c][i]`: score of text c with picture i. */
export function matrix2x2(
  s: readonly [readonly [number, number], readonly [number, number]],
  ties: TieRule = 'wrong',
): Matrix2x2 {
  const [[s00, s01], [s10, s11]] = s;
  const textOfImage = [nWay([s00, s10], 0, ties), nWay([s01, s11], 1, ties)] as const;
  const imageOfText = [nWay([s00, s01], 0, ties), nWay([s10, s11], 1, ties)] as const;
  const text = all(...textOfImage);
  const image = all(...imageOfText);
  return { textOfImage, imageOfText, text, image, group: all(text, image) };
}

/**
 * Number of other answers that stand before the one at `label`, best first: 0 is best.
 * @param ties Which answers of the same score stand before it: all (`wrong`), or those before it (`first`) or after it (`last`) in the list.
 */
export function rank(scores: readonly number[], label: number, ties: TieRule = 'wrong'): number {
  const own = scores[label]!;
  return scores.filter((score, place) => {
    if (place === label || score < own) return false;
    if (score !== own || ties === 'wrong') return true;
    return ties === 'first' ? place < label : place > label;
  }).length;
}

/**
 * Average precision: precision at each relevant answer, from the highest score down, averaged over the relevant ones; no
 * interpolation.
 * @param ties `wrong` ranks irrelevant answers before relevant ones of the same score; `together` makes one step of equal
 * scores, as torchmetrics and scikit-learn do, so that a constant scorer gets the share of relevant answers.
 * @returns 0 … 1, or null where no answer is relevant.
 */
export function averagePrecision(
  scores: readonly number[],
  relevant: readonly boolean[],
  ties: 'wrong' | 'together' = 'wrong',
): number | null {
  const order = scores
    .map((score, place) => ({ score, relevant: relevant[place]! }))
    .sort((a, b) => b.score - a.score || Number(a.relevant) - Number(b.relevant));
  let found = 0;
  let sum = 0;
  let pending = 0; // relevant answers of the score at hand, when equal scores are one step
  order.forEach((answer, place) => {
    if (answer.relevant) found++;
    if (ties === 'wrong') {
      if (answer.relevant) sum += found / (place + 1);
      return;
    }
    if (answer.relevant) pending++;
    if (order[place + 1]?.score === answer.score) return;
    sum += (pending * found) / (place + 1);
    pending = 0;
  });
  return found === 0 ? null : sum / found;
}
