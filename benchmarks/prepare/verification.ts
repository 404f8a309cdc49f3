import {
  auroc,
  calibrate,
  chooseThreshold,
  decodeImage,
  hashPixels,
  type PreparedPairs,
  prepare,
  Random,
  ratesAt,
  recallAtPrecision,
  type ScorablePair,
  type Source,
  type ThresholdEvidence,
  type Verifier,
} from '@anagram/core';

const target = 0.95;
/** Labels that a person would give, and how often they are drawn anew. */
export const labelCount = 200;
export const resamplings = 200;

/** What `thresholdEvidence` gives. */
type Evidence = Omit<ThresholdEvidence, 'labels'>;

/** A complete pair of a corpus, and whether its text is its picture's. */
export interface JudgedPair extends ScorablePair {
  readonly id: string;
  readonly right: boolean;
}

export async function readPairs(source: Source, isRight: (id: string) => boolean): Promise<JudgedPair[]> {
  const pairs: JudgedPair[] = [];
  for await (const { id, image, text } of source.records()) {
    if (!image || !text) continue;
    const pixels = await decodeImage(await image.bytes(), image.name);
    pairs.push({ id, text, image: pixels, imageHash: hashPixels(pixels), right: isRight(id) });
  }
  return pairs;
}

export interface VerificationFigures {
  readonly pairs: number;
  readonly auroc: number;
  readonly recallAtPrecision95: number;
  /** The threshold that an estimate without labels puts where it expects a precision of 0.95, and what comes true (JSON has null as the precision of nothing kept). */
  readonly withoutLabels: { readonly baseRate: number; readonly precision: number; readonly recall: number };
  /** Each judge alone, by its own score. */
  readonly byTower: { readonly [tower: string]: { readonly auroc: number; readonly recallAtPrecision95: number } };
}

/** How well the verifier's score tells right pairs from wrong ones: fused without a label, and tower by tower. */
export function measureVerification(evidence: Evidence, right: readonly boolean[]): VerificationFigures {
  const { towers, pairs } = evidence;
  const figures = (scores: readonly number[]) => ({
    auroc: rounded(auroc(scores, right)),
    recallAtPrecision95: rounded(recallAtPrecision(scores, right, target)),
  });
  const estimate = { target: { precision: target }, confidence: 0.8, guarantee: false };
  const { logOdds, point, calibration } = chooseThreshold({ ...evidence, labels: new Map() }, estimate);
  const { precision, recall } = ratesAt(logOdds.map(sigmoid), right, point.threshold);
  const column = (k: number) => right.map((_, i) => pairs[i * towers.length + k]!);
  return {
    pairs: right.length,
    ...figures(logOdds),
    withoutLabels: {
      baseRate: rounded(calibration.baseRate),
      precision: rounded(precision),
      recall: rounded(recall),
    },
    byTower: Object.fromEntries(towers.map((tower, k) => [tower, figures(column(k))])),
  };
}

export interface GuaranteeFigures {
  readonly target: number;
  /** Most draws, as a share, that may miss the target. */
  readonly share: number;
  readonly labels: number;
  readonly resamplings: number;
  readonly misses: number;
  /** Draws whose labels proved nothing; they are no misses. */
  readonly unproved: number;
  /** Mean over the draws; nothing is kept where nothing was proved. */
  readonly recall: number;
}

/** Draws the labels anew again and again, and counts how often the kept pairs are right less often than promised. */
export function measurePromise(
  evidence: Evidence,
  right: readonly boolean[],
  options: { guarantee: boolean; labels: number; resamplings: number },
): GuaranteeFigures {
  const { guarantee, labels: count, resamplings } = options;
  const share = 0.2;
  const random = new Random('resamplings', count);
  let [misses, unproved, recall] = [0, 0, 0];
  for (let draw = 0; draw < resamplings; draw++) {
    const labels = new Map<number, boolean>();
    while (labels.size < count) {
      const i = random.below(right.length);
      labels.set(i, right[i]!);
    }
    const choice = { target: { precision: target }, confidence: 1 - share, guarantee };
    const { promise, logOdds, point } = chooseThreshold({ ...evidence, labels }, choice);
    if (guarantee && promise === 'estimated') {
      unproved++;
      continue;
    }
    const unlabelled = right.flatMap((_, i) => (labels.has(i) ? [] : [i]));
    const rates = ratesAt(
      unlabelled.map((i) => sigmoid(logOdds[i]!)),
      unlabelled.map((i) => right[i]!),
      point.threshold,
    );
    if (rates.precision < target) misses++;
    recall += rates.recall / resamplings;
  }
  return { target, share, labels: count, resamplings, misses, unproved, recall: rounded(recall) };
}

export interface RouteFigures {
  readonly kept: number;
  /** Right among kept. */
  readonly right: number;
  /** Mean probability of what is kept. */
  readonly expected: number;
}

/** What was kept by each way, how much of it is right, and how much was expected to be. */
export async function measureRoutes(
  prepared: PreparedPairs,
  isRight: (id: string, text: string, pixelHash: string | null) => boolean | Promise<boolean>,
): Promise<{ [route: string]: RouteFigures }> {
  const routes = new Map<string, { kept: number; right: number; expected: number }>();
  for await (const { text, provenance } of prepared.samples()) {
    const { id, route, score, repaired, pixelHash } = provenance;
    const sums = routes.get(route) ?? { kept: 0, right: 0, expected: 0 };
    sums.kept++;
    sums.right += Number(await isRight(id, text, pixelHash));
    sums.expected += repaired?.score ?? score ?? 0;
    routes.set(route, sums);
  }
  return Object.fromEntries(
    [...routes].map(([route, { kept, right, expected }]) => [
      route,
      { kept, right: rounded(right / kept), expected: rounded(expected / kept) },
    ]),
  );
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function rounded(value: number): number {
  return Number(value.toFixed(4));
}

/** Calibrates on `labelCount` labels, prepares the corpus into `dir`, and says what became of each route. */
export async function prepareAndMeasure(
  verifier: Verifier,
  corpus: {
    source: Source;
    pairs: readonly JudgedPair[];
    isRight: (id: string, text: string) => boolean;
    dir: string;
  },
) {
  const { source, pairs, isRight, dir } = corpus;
  const labelled = new Random('labels').shuffle([...pairs]).slice(0, labelCount);
  await calibrate({ verifier, source, labels: Object.fromEntries(labelled.map(({ id, right }) => [id, right])) });
  return measureRoutes(await prepare({ source, verifier, dir, near: false }), isRight);
}
