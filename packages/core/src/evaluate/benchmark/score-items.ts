import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Subsets, unitsOf } from '../aggregate.ts';
import { bootstrapSubsets } from '../bootstrap.ts';
import type { Choice, TieRule } from '../kernels.ts';
import type { Failure, Outcomes, Score } from '../task.ts';
import type { BenchmarkDefinition, BenchmarkItem, BenchmarkReport, Cosines } from './define-benchmark.ts';
import type { Embedded } from './embed-items.ts';
import { pictureKey } from './pictures.ts';

/**
 * Decides every item and takes the benchmark's figures over them.
 * @param ties How the task breaks ties.
 */
export async function scoreItems<I extends BenchmarkItem>(
  definition: BenchmarkDefinition<I>,
  items: readonly I[],
  embedded: Embedded<I>,
  ties: 'wrong' | 'official',
  signal: AbortSignal | undefined,
): Promise<Pick<BenchmarkReport, 'scores' | 'chance' | 'baselines' | 'ties' | 'outcomes' | 'failures'>> {
  const rule = ties === 'official' ? definition.officialTies : 'wrong';
  const decided = await decide(definition, items, rule, embedded.cosines, signal);
  const blind = {
    shorterText: await decide(definition, items, 'wrong', byLength(-1), signal),
    longerText: await decide(definition, items, 'wrong', byLength(1), signal),
  };
  const scores: Record<string, Score> = {};
  const outcomes: Record<string, Outcomes['scores'][string]> = {};
  const chance: Record<string, number> = {};
  const baselines: Record<keyof typeof blind, Record<string, number>> = { shorterText: {}, longerText: {} };
  for (const [figure, subsets] of Object.entries(definition.figures(items))) {
    for (const [metric, expected] of Object.entries(definition.chance)) {
      const name = `${figure}.${metric}`;
      const hits = (all: Decisions<I>) => (item: I) => (all.get(item)![metric] ?? []).map(({ right }) => Number(right));
      const units = unitsOf(subsets, hits(decided), clusterOf);
      if (units.length === 0) continue;
      scores[name] = bootstrapSubsets(units);
      outcomes[name] = units.map((own) => ({
        sums: own.map(({ sum }) => sum),
        counts: own.map(({ count }) => count),
      }));
      chance[name] =
        typeof expected === 'number'
          ? expected
          : meanOver(subsets, (item) => hits(decided)(item).map(() => expected(item)));
      baselines.shorterText[name] = meanOver(subsets, hits(blind.shorterText));
      baselines.longerText[name] = meanOver(subsets, hits(blind.longerText));
      await pause(signal);
    }
  }
  return {
    scores,
    chance,
    baselines,
    ties: items.filter((item) => choices(decided.get(item)!).some(({ tie }) => tie)).length,
    outcomes: { items: digest(items), scores: outcomes },
    failures: failures(definition, items, decided, embedded),
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
  definition: BenchmarkDefinition<I>,
  items: readonly I[],
  ties: TieRule,
  cosines: (item: I) => Cosines,
  signal: AbortSignal | undefined,
): Promise<Decisions<I>> {
  const decided = new Map<I, Decided>();
  for (const item of items) {
    const byMetric = Object.entries(definition.decide(cosines(item), ties, item));
    decided.set(item, Object.fromEntries(byMetric.map(([metric, choice]) => [metric, [choice].flat()])));
    if (decided.size % 64 === 0) await pause(signal);
  }
  return decided;
}

/** Lets other work go on. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}

/** A scorer that sees no picture: texts of fewer words, or of more, score higher. */
function byLength(sign: -1 | 1): (item: BenchmarkItem) => Cosines {
  return ({ texts }) => {
    const words = texts.map((text) => text.trim().split(/\s+/).length);
    const ownPicture = () => ({ right: false, tie: true, margin: 0, ahead: Number.POSITIVE_INFINITY });
    return { textImage: (c) => sign * words[c]!, textText: () => 0, ownPicture };
  };
}

function choices(decided: Decided): Choice[] {
  return Object.values(decided).flat();
}

/** Items with a wrong decision, the widest miss first. */
function failures<I extends BenchmarkItem>(
  definition: BenchmarkDefinition<I>,
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
      const fits = definition.fits ?? ((_: I, text: number, picture: number) => text === picture);
      const detail = {
        wrong: Object.entries(decided.get(item)!).flatMap(([metric, all]) =>
          all.every(({ right }) => right) ? [] : [metric],
        ),
        texts: item.texts,
        pictures: item.pictures.map(pictureKey),
        fits: item.texts.map((_, c) => item.pictures.map((_, i) => fits(item, c, i))), // (texts, pictures)
        cosines: item.texts.map((_, c) => item.pictures.map((_, i) => textImage(c, i))), // (texts, pictures)
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

/** Mean over a subset's decisions, averaged over the subsets that have any. */
function meanOver<I>(subsets: Subsets<I>, values: (item: I) => readonly number[]): number {
  const bySubset = subsets.map((items) => items.flatMap(values));
  return mean(bySubset.filter(({ length }) => length > 0).map(mean));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
