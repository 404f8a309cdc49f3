import { join } from 'node:path';
import {
  auroc,
  type Card,
  calibrate,
  type Knobs,
  openPairs,
  type PreparedPairs,
  prepare,
  Random,
  ratesAt,
  type Source,
  type Verdict,
  Verifier,
  writeNegatives,
} from '@anagram/core';
import { type Artwork, type CorpusTruth, emojiCorpus } from '@anagram/worlds/emoji-scenes';
import { type Budget, corpusStyles } from './budget.ts';

/** How well preparation told right pairs from wrong ones, on the raw pairs that were not used to calibrate. */
export interface Verification {
  readonly auroc: number;
  readonly precision: number;
  readonly recall: number;
  readonly threshold: number;
  /** AUROC of each judge alone. */
  readonly byTower: { readonly [tower: string]: number };
  readonly pairs: number;
  readonly scores: { readonly right: readonly number[]; readonly wrong: readonly number[] };
  /** What became of the records, by the way they went, and how often what was kept is right. */
  readonly outcomes: readonly { way: string; records: number; kept: number; right: number | null }[];
  readonly galleries: readonly { title: string; cards: readonly Card[] }[];
}

type Truth = ReadonlyMap<string, CorpusTruth>;

/** Makes the noisy corpus, trains the verifier on it, calibrates it on a few labels, prepares, and adds negatives. */
export async function prepareCorpus(
  options: { artwork: Artwork; dir: string; budget: Budget } & Knobs,
): Promise<{ prepared: PreparedPairs; verification: Verification }> {
  const { artwork, dir, budget, ...knobs } = options;
  const { corpusLimit: limit } = budget;
  const { source, truth } = emojiCorpus({ artwork, styles: corpusStyles, seed: 3, ...(limit && { limit }) });
  await using verifier = await Verifier.train({ source, dir: join(dir, 'verifier'), ...budget.verifier, ...knobs });
  const labels = labelSome(truth, budget.labels);
  const { threshold } = await calibrate({ verifier, source, labels, target: { precision: 0.95 }, ...knobs });
  // Vendors draw simple things alike: near pictures under one name are wanted here, each is another vendor's.
  const prepared = await prepare({ source, verifier, threshold, dir: join(dir, 'data'), near: false, ...knobs });
  // The scenes of training come balanced by construction; of the corpus every negative counts.
  await writeNegatives({ pairs: prepared, maxDetectability: null, ...knobs });
  const withNegatives = await openPairs(prepared.dir, { negatives: true });
  return {
    prepared: withNegatives,
    verification: await measure({ source, prepared: withNegatives, truth, labels, threshold }),
  };
}

/** The labels that a person would give: right or wrong, for pairs drawn at random. */
function labelSome(truth: Truth, count: number): Record<string, boolean> {
  const pairs = [...truth].filter(([, { kind }]) => kind === 'pair');
  const drawn = new Random('demo-labels').shuffle(pairs).slice(0, count);
  return Object.fromEntries(drawn.map(([id, { right }]) => [id, right === true]));
}

async function measure(options: {
  source: Source;
  prepared: PreparedPairs;
  truth: Truth;
  labels: Record<string, boolean>;
  threshold: number;
}): Promise<Verification> {
  const { source, prepared, truth, labels, threshold } = options;
  const verdicts = await Array.fromAsync(prepared.verdicts());
  const judged = verdicts.filter(
    ({ id, score }) => score !== null && truth.get(id)!.kind === 'pair' && !(id in labels),
  );
  const right = judged.map(({ id }) => truth.get(id)!.right === true);
  const scores = judged.map(({ score }) => score!);
  const { precision, recall } = ratesAt(scores, right, threshold);
  const towers = Object.keys(judged[0]?.byTower ?? {});
  return {
    auroc: auroc(scores, right),
    precision,
    recall,
    threshold,
    byTower: Object.fromEntries(
      towers.map((tower) => [
        tower,
        auroc(
          judged.map(({ byTower }) => byTower![tower]!),
          right,
        ),
      ]),
    ),
    pairs: judged.length,
    scores: { right: scores.filter((_, i) => right[i]), wrong: scores.filter((_, i) => !right[i]) },
    outcomes: await outcomes(prepared, verdicts, truth),
    galleries: await galleries(source, prepared, verdicts, truth),
  };
}

async function outcomes(
  prepared: PreparedPairs,
  verdicts: readonly Verdict[],
  truth: Truth,
): Promise<Verification['outcomes']> {
  const ways = new Map<string, { records: number; kept: number; right: number }>();
  const way = (name: string) => ways.get(name) ?? ways.set(name, { records: 0, kept: 0, right: 0 }).get(name)!;
  for (const { route } of verdicts) way(route).records++;
  for await (const { text, provenance } of prepared.samples()) {
    const row = way(provenance.route);
    row.kept++;
    if (truth.get(provenance.id)!.name === text) row.right++;
  }
  return [...ways].map(([name, { records, kept, right }]) => ({
    way: name,
    records,
    kept,
    right: kept ? right / kept : null,
  }));
}

const perGallery = 12;

async function galleries(
  source: Source,
  prepared: PreparedPairs,
  verdicts: readonly Verdict[],
  truth: Truth,
): Promise<Verification['galleries']> {
  const kept: Card[] = [];
  const repaired: Card[] = [];
  const negative: Card[] = [];
  for await (const { text, image, provenance, negatives } of prepared.samples()) {
    const tone = truth.get(provenance.id)!.name === text ? 'good' : 'bad';
    const { route, score, repaired: change } = provenance;
    const list = change ? repaired : kept;
    if (list.length < perGallery) {
      const lines = [
        text,
        `${route}, probability ${(score ?? 0).toFixed(2)}`,
        ...(change ? [`by ${change.partner ?? change.by}`] : []),
      ];
      list.push({ images: [await image.bytes()], lines, tone });
    }
    const edited =
      negatives.find((one) => one.image !== null) ?? (negative.length < perGallery / 2 ? negatives[0] : undefined);
    if (edited && negative.length < perGallery) {
      const images = [await image.bytes(), ...(edited.image ? [await edited.image.bytes()] : [])];
      negative.push({ images, lines: [text, `${edited.category}: ${edited.text}`] });
    }
  }
  const rejected: Card[] = [];
  const wanted = new Map(
    verdicts
      .filter((verdict) => !verdict.kept && verdict.score !== null)
      .slice(0, perGallery)
      .map((verdict) => [verdict.id, verdict]),
  );
  for await (const { id, image, text } of source.records()) {
    const verdict = wanted.get(id);
    if (!verdict || !image) continue;
    rejected.push({
      images: [await image.bytes()],
      lines: [text ?? '', verdict.reason],
      tone: truth.get(id)!.right ? 'bad' : 'good',
    });
  }
  return [
    { title: 'Kept', cards: kept },
    { title: 'Rejected (green: rightly)', cards: rejected },
    { title: 'Repaired, matched, captioned or illustrated (green: rightly)', cards: repaired },
    { title: 'Negatives of kept pairs', cards: negative },
  ];
}
