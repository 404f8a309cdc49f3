import { contenders } from './contenders.ts';
import type { DataFigures } from './noisy-data.ts';
import { deviationOf, markdownTable, meanOf, spread } from './render-table.ts';
import type { Result } from './results.ts';

/** What the rows of the noisy corpus are called by the recipe that they train with. */
const recipes = ['anagram-noisy', 'anagram-noisy-60k', 'anagram-noisy-120k', 'noisy'] as const;
type Recipe = (typeof recipes)[number];
const figures = [
  { title: 'mean group', of: ({ mean }: Result) => mean },
  { title: 'R@1', of: ({ recallAt1 }: Result) => recallAt1 },
  { title: 'R@1 of five', of: ({ recallAt1Of5 }: Result) => recallAt1Of5 ?? Number.NaN },
] as const;

/** Rows of before R@1 of five was measured lack it. */
const figuresOf = (results: readonly Result[]) =>
  figures.filter(({ of }) => results.every((one) => !Number.isNaN(of(one))));

/**
 * The share of the gap between training on noisy and on clean data that preparation closes. The gap counts where it exceeds two standard
 * deviations over the seeds, of whichever of its two rows varies more.
 * @param raw,prepared,clean A figure of the three rows, one value a seed.
 * @returns The share, above 1 where preparation beats clean data; or why there is none to state.
 */
export function recovered(
  raw: readonly number[],
  prepared: readonly number[],
  clean: readonly number[],
): number | 'one seed has no deviation' | 'the gap is within two deviations' {
  if (raw.length < 2) return 'one seed has no deviation';
  const gap = meanOf(clean) - meanOf(raw);
  if (gap <= 2 * Math.max(deviationOf(raw), deviationOf(clean))) return 'the gap is within two deviations';
  return (meanOf(prepared) - meanOf(raw)) / gap;
}

/**
 * What the rows of the noisy corpus say of preparation, as Markdown: figures over the seeds that all three have, with the recovered share,
 * and what each was trained on. Empty where a row is missing.
 */
export function renderRecovery(results: readonly Result[]): string {
  const lengths = [...new Set(results.map(({ steps }) => steps))].sort((a, b) => b - a);
  return recipes.flatMap((recipe) => lengths.flatMap((steps) => renderLength(recipe, results, steps))).join('\n\n');
}

function renderLength(recipe: Recipe, all: readonly Result[], steps: number): string[] {
  const results = all.filter((one) => one.steps === steps);
  const bySeed = ['raw', 'prepared', 'clean'].map(
    (data) => new Map(results.filter((one) => one.row === `${recipe}-${data}`).map((one) => [one.seed, one] as const)),
  );
  const seeds = [...bySeed[0]!.keys()].filter((seed) => bySeed.every((own) => own.has(seed))).sort((a, b) => a - b);
  if (seeds.length === 0) return [];
  const [raw, prepared, clean] = bySeed.map((own) => seeds.map((seed) => own.get(seed)!)) as [
    Result[],
    Result[],
    Result[],
  ];
  const name = `${contenders[`${recipe}-raw`]!.title}, ${steps} steps, seeds ${seeds.join(', ')}`;
  const head = [name, 'noisy', 'prepared', 'clean', 'gap', 'recovered'];
  const lines = figuresOf([...raw, ...prepared, ...clean]).map(({ title, of }) => {
    const values = [raw, prepared, clean].map((own) => own.map(of)) as [number[], number[], number[]];
    const share = recovered(...values);
    const gap = meanOf(values[2]) - meanOf(values[0]);
    return [title, ...values.map(spread), gap.toFixed(3), typeof share === 'number' ? share.toFixed(2) : share];
  });
  const table = markdownTable(head, lines);
  const trained = [raw, prepared, clean].map(
    ([first], i) => `${['noisy', 'prepared', 'clean'][i]}: ${describe(first!.data!)}`,
  );
  const right = results.filter(({ row }) => row === `${recipe}-right`);
  /** Whose corpus was restored by stand-ins for models. */
  const restoredRows = Object.keys(contenders).filter((row) => row.startsWith(`${recipe}-restored`));
  return [
    table,
    ...restoredRows.flatMap((row) => describeRestored(row, results, { raw, clean }) ?? []),
    ...(right.length > 0 ? [describeRight(right)] : []),
    `Trained on: ${trained.join('; ')}.`,
  ];
}

/** What captions, repairs and illustrations add, from models that err as often as the stand-ins are told; the gap is that of all seeds. */
function describeRestored(
  row: string,
  results: readonly Result[],
  { raw, clean }: { raw: readonly Result[]; clean: readonly Result[] },
): string | null {
  const restored = results.filter((one) => one.row === row);
  if (restored.length === 0) return null;
  const reached = figuresOf([...raw, ...restored, ...clean]).map(({ title, of }) => {
    const share = recovered(raw.map(of), restored.map(of), clean.map(of));
    const told = typeof share === 'number' ? `${share.toFixed(2)} of the gap` : share;
    return `${title} ${spread(restored.map(of))} (${told})`;
  });
  const seeds = restored.map(({ seed }) => seed).sort((a, b) => a - b);
  return `${contenders[row]!.title} (seeds ${seeds.join(', ')}): ${reached.join(', ')}. Trained on: ${describe(restored[0]!.data!)}.`;
}

/** What is left of the gap when nothing wrong is kept and nothing right is lost: the noise's cost in pairs. */
function describeRight(results: readonly Result[]): string {
  const [reached, seeds] = [
    figuresOf(results).map(({ title, of }) => `${title} ${spread(results.map(of))}`),
    results.map(({ seed }) => seed),
  ];
  return `A flawless filter would keep the corpus' ${results[0]!.data!.pairs} right pairs alone; trained on them: ${reached.join(', ')} (seeds ${seeds.join(', ')}).`;
}

function describe({ records, pairs, right, recall, withNegatives, preparation }: DataFigures): string {
  const judged = preparation
    ? `, recall of right pairs ${recall.toFixed(2)}, AUROC ${preparation.auroc.toFixed(3)}`
    : '';
  return `${pairs} pairs of ${records} records, ${right.toFixed(3)} of them right, ${withNegatives.toFixed(2)} with a negative${judged}`;
}
