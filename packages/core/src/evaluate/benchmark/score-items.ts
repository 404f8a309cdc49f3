import { createHash } from 'node:crypto';
import type { ImageFile, Pixels } from '../../pair.ts';
import { giveWay } from '../../pause.ts';
import { meanOfSubsets, parts, type Subsets, unitsOf, type Weighted } from '../aggregate.ts';
import { bootstrapSubsets } from '../bootstrap.ts';
import { findContamination, type TrainingContent } from '../contamination.ts';
import type { Choice, TieRule } from '../kernels.ts';
import type { Embedder, Failure, Outcomes, Score, TaskReport } from '../task.ts';
import type { BenchmarkDefinition, BenchmarkItem, Cosines } from './define-benchmark.ts';
import { type Embedded, embedItems } from './embed-items.ts';
import { blindCosines, learnWords } from './learned-words.ts';
import { pictureKey } from './pictures.ts';

/** What is particular to the scoring of a task. */
export type Scoring<I extends BenchmarkItem> = Pick<
  BenchmarkDefinition<I>,
  'gallery' | 'officialTies' | 'decide' | 'fits' | 'chance' | 'figures'
>;

export type ScoredItems = Pick<TaskReport, 'scores' | 'chance' | 'ties' | 'failures'> &
  Required<Pick<TaskReport, 'baselines' | 'outcomes'>> &
  Pick<TaskReport, 'contamination'>;

export interface ScoreOptions {
  model: Embedder;
  /** How the task breaks ties. */
  ties: 'wrong' | 'official';
  trainedOn?: TrainingContent | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Embeds the items, decides every one and takes the task's figures over them.
 * @param files Pictures by `pictureKey`.
 */
export async function scoreItems<I extends BenchmarkItem>(
  scoring: Scoring<I>,
  items: readonly I[],
  files: ReadonlyMap<string, Pixels | ImageFile>,
  { model, ties, trainedOn, signal }: ScoreOptions,
): Promise<ScoredItems> {
  const embedded = await embedItems(model, items, files, { gallery: scoring.gallery ?? false, signal });
  const decideBy = (cosines: (item: I) => Cosines, rule: TieRule) => decide(scoring, items, rule, cosines, signal);
  const decided = await decideBy(embedded.cosines, ties === 'official' ? scoring.officialTies : 'wrong');
  const learned = await learnWords(scoring, items, clusterOf, () => giveWay(signal));
  const blind: { [baseline: string]: Decisions<I> } = {
    shorterText: await decideBy(byLength(-1), 'wrong'),
    longerText: await decideBy(byLength(1), 'wrong'),
    textOnly: await decideBy(embedded.textOnly, 'wrong'),
    imageOnly: await decideBy(embedded.imageOnly, 'wrong'),
    ...(learned && { learnedWords: await decideBy(learned, 'wrong') }),
  };
  const shown = ({ texts, pictures }: I) => ({ texts, pictures: pictures.map(pictureKey) });
  const found = trainedOn && (await findContamination(trainedOn, items, shown, files, signal));
  const sizes = { pictures: files.size, texts: items.reduce((sum, { texts }) => sum + texts.length, 0) };
  const scores: Record<string, Score> = {};
  const rest: Record<string, Score> = {};
  const outcomes: Record<string, Outcomes['scores'][string]> = {};
  const chance: Record<string, number> = {};
  const baselines = Object.fromEntries(Object.keys(blind).map((name) => [name, {} as Record<string, number>]));
  for (const [figure, taken] of Object.entries(scoring.figures(items))) {
    const { subsets, weights } = parts(taken);
    for (const [metric, expected] of Object.entries(scoring.chance)) {
      const name = `${figure}.${metric}`;
      const hits = (all: Decisions<I>) => (item: I) =>
        (all.get(item)![metric] ?? []).map(({ right, value }) => value ?? Number(right));
      const units = unitsOf(subsets, hits(decided), clusterOf);
      if (units.length === 0 || (weights && units.length < weights.length)) continue;
      scores[name] = bootstrapSubsets(units, weights ? { weights } : {});
      outcomes[name] = units.map((own, s) => ({
        ...(weights && { weight: weights[s]! }),
        sums: own.map(({ sum }) => sum),
        counts: own.map(({ count }) => count),
      }));
      chance[name] =
        typeof expected === 'number' && !weights
          ? expected
          : meanOver(taken, (item) =>
              hits(decided)(item).map(() => (typeof expected === 'number' ? expected : expected(item, sizes))),
            );
      for (const [baseline, all] of Object.entries(blind)) baselines[baseline]![name] = meanOver(taken, hits(all));
      const others = found && subsets.map((own) => own.filter((item) => !found.contaminated.has(item)));
      const score = others && meanOfSubsets(weights ? { subsets: others, weights } : others, hits(decided), clusterOf);
      if (score) rest[name] = score;
      await giveWay(signal);
    }
  }
  return {
    scores,
    chance,
    baselines,
    ...(found && { contamination: { ...found.report, rest } }),
    ties: items.filter((item) => choices(decided.get(item)!).some(({ tie }) => tie)).length,
    outcomes: { items: digest(items), scores: outcomes },
    failures: failures(scoring, items, decided, embedded),
  };
}

function digest(items: readonly BenchmarkItem[]): string {
  const hash = createHash('sha256');
  for (const { id, texts, pictures } of items)
    hash.update(`${JSON.stringify([id, texts, pictures.map(pictureKey)])}\n`);
  return hash.digest('hex');
}

type Decided = { readonly [metric: string]: readonly Choice[] };
type Decisions<I> = ReadonlyMap<I, Decided>;

async function decide<I extends BenchmarkItem>(
  scoring: Pick<Scoring<I>, 'decide'>,
  items: readonly I[],
  ties: TieRule,
  cosines: (item: I) => Cosines,
  signal: AbortSignal | undefined,
): Promise<Decisions<I>> {
  const decided = new Map<I, Decided>();
  for (const item of items) {
    const byMetric = Object.entries(scoring.decide(cosines(item), ties, item));
    decided.set(item, Object.fromEntries(byMetric.map(([metric, choice]) => [metric, [choice].flat()])));
    if (decided.size % 64 === 0) await giveWay(signal);
  }
  return decided;
}

/** A scorer that sees no picture: texts of fewer words, or of more, score higher. */
function byLength(sign: -1 | 1): (item: BenchmarkItem) => Cosines {
  return ({ texts }) => blindCosines(texts.map((text) => sign * text.trim().split(/\s+/).length));
}

function choices(decided: Decided): Choice[] {
  return Object.values(decided).flat();
}

/** Pictures of an item that a failure names. */
const mostShown = 16;

/** Items with a wrong decision, the widest miss first. */
function failures<I extends BenchmarkItem>(
  scoring: Scoring<I>,
  items: readonly I[],
  decided: Decisions<I>,
  embedded: Embedded<I>,
): Failure[] {
  return items
    .map((item) => ({ item, wrong: choices(decided.get(item)!).filter(({ right }) => !right) }))
    .filter(({ wrong }) => wrong.length > 0)
    .map(({ item, wrong }) => ({ item, margin: Math.min(...wrong.map(({ margin }) => margin)) }))
    .sort((a, b) => order(a.margin) - order(b.margin))
    .map(({ item }) => {
      const { textImage } = embedded.cosines(item);
      const fits = scoring.fits ?? ((_: I, text: number, picture: number) => text === picture);
      const shown = item.pictures.slice(0, mostShown);
      const detail = {
        wrong: Object.entries(decided.get(item)!).flatMap(([metric, all]) =>
          all.every(({ right }) => right) ? [] : [metric],
        ),
        texts: item.texts,
        pictures: shown.map(pictureKey),
        fits: item.texts.map((_, c) => shown.map((_, i) => fits(item, c, i))), // (texts, pictures)
        cosines: item.texts.map((_, c) => shown.map((_, i) => textImage(c, i))), // (texts, pictures)
      };
      return { id: item.id, category: item.category, detail };
    });
}

/** Margins that are no number come first; all of them are between −2 and 2 otherwise. */
function order(margin: number): number {
  return Number.isNaN(margin) ? -3 : margin;
}

/** Items about the same pictures are drawn together. */
function clusterOf({ pictures }: BenchmarkItem): string {
  return pictures.map(({ file }) => file).join('\n');
}

/** Mean over a subset's decisions, averaged over the subsets that have any, or by their weights. */
function meanOver<I>(figure: Subsets<I> | Weighted<I>, values: (item: I) => readonly number[]): number {
  const { subsets, weights } = parts(figure);
  const bySubset = subsets.map((items) => items.flatMap(values));
  if (weights) return bySubset.reduce((sum, own, s) => sum + weights[s]! * mean(own), 0);
  return mean(bySubset.filter(({ length }) => length > 0).map(mean));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
