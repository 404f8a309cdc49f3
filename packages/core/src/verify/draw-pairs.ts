import { Random } from '../random.ts';

/**
 * Places of pairs that a person is to label: one from each of `count` bands of neighbouring scores that hold equally many pairs, in
 * random order. Every pair is equally likely to be drawn, as in a plain random sample, so that shares among the labels estimate shares
 * of the corpus and `guaranteedThreshold` holds; the bands only make sure that no part of the scale is missed, which narrows the
 * spread (Hoeffding 1956: a sum of unequal coins strays no further than one of equal ones). A threshold that cuts through a band moves
 * the mean by the square of 1 / count at most. Because of the order, any beginning is such a sample too.
 * @param scores Of all pairs; `null` draws without looking at scores.
 */
export function drawForLabels(scores: ArrayLike<number> | null, total: number, count: number, seed: number): number[] {
  const random = new Random('labels', seed);
  const shuffled = random.shuffle(Array.from({ length: total }, (_, i) => i));
  if (total <= count) return shuffled;
  if (!scores) return shuffled.slice(0, count);
  // Bands of one size: what does not fill them is left out at random, else its bands would be drawn from more often.
  const size = Math.floor(total / count);
  const ordered = shuffled.slice(0, size * count).sort((a, b) => scores[a]! - scores[b]!);
  return random.shuffle(Array.from({ length: count }, (_, band) => ordered[band * size + random.below(size)]!));
}

/**
 * Places of pairs to be looked at, best first: half of them spread evenly over the pairs, half evenly over the probabilities, each
 * drawn at random from its band, so that there are some near any threshold.
 */
export function drawExamples(probabilities: ArrayLike<number>, count: number): number[] {
  const random = new Random('examples');
  const shuffled = random.shuffle(Array.from({ length: probabilities.length }, (_, i) => i));
  const ordered = shuffled.sort((a, b) => probabilities[b]! - probabilities[a]!);
  const bands = Math.ceil(count / 2);
  const drawn = new Set<number>();
  for (let band = 0; band < bands && ordered.length > 0; band++) {
    const from = Math.floor((band * ordered.length) / bands);
    const to = Math.max(from + 1, Math.floor(((band + 1) * ordered.length) / bands));
    drawn.add(ordered[from + random.below(to - from)]!);
  }
  const byBand = Map.groupBy(ordered, (i) => Math.min(bands - 1, Math.floor(probabilities[i]! * bands)));
  for (const members of byBand.values()) {
    const fresh = members.filter((i) => !drawn.has(i));
    if (fresh.length > 0 && drawn.size < count) drawn.add(random.pick(fresh));
  }
  return [...drawn].sort((a, b) => probabilities[b]! - probabilities[a]!);
}
