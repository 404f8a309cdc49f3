import { safeEmitter } from '../events.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { bootstrap, bootstrapSubsets } from './bootstrap.ts';
import { matrix2x2 } from './kernels.ts';
import { dot, type Embedder, type Failure, type Score, type Task, type TaskReport } from './task.ts';

/** Two pictures and two texts; picture k fits text k and not the other. */
export interface CompositionItem {
  readonly id: string;
  readonly category: string;
  readonly images: readonly [Pixels | ImageFile, Pixels | ImageFile];
  readonly texts: readonly [string, string];
}

/** Text, image and group score (Thrush et al. 2022, Winoground), strict: a tie is wrong. Chance: 1/4, 1/4, 1/6. */
export interface CompositionScores {
  readonly text: Score;
  readonly image: Score;
  readonly group: Score;
}

export interface CompositionReport extends TaskReport {
  /** Unweighted mean of the categories' group scores. */
  readonly mean: number;
  readonly categories: { readonly [category: string]: CompositionScores };
}

export interface Decision {
  readonly text: boolean;
  readonly image: boolean;
  readonly tie: boolean;
  /** Least of the four differences that have to be above 0. */
  readonly margin: number;
}

/**
 * Decides one item from its four cosines.
 * @param s `s[c][i]`: text c with picture i.
 */
export function decide(s: readonly [readonly [number, number], readonly [number, number]]): Decision {
  const { text, image, group } = matrix2x2(s);
  return { text: text.right, image: image.right, tie: group.tie, margin: group.margin };
}

/** Compositional reasoning by categories, scored both ways as Winoground does. */
export function composition(options: { name: string; items: readonly CompositionItem[] }): Task<CompositionReport> {
  const { name, items } = options;
  return {
    name,
    async run({ model, signal, onEvent }) {
      const emit = safeEmitter(onEvent);
      emit({ type: 'stage-start', stage: name, total: items.length });
      const knobs = signal ? { signal } : {};
      const images = await model.embedImages(
        items.flatMap((item) => item.images),
        knobs,
      ); // (2n, D)
      const texts = await model.embedTexts(
        items.flatMap((item) => item.texts),
        knobs,
      ); // (2n, D)
      const report = scoreComposition(name, items, images, texts, model.embedDim);
      emit({ type: 'stage-end', stage: name, done: items.length });
      return report;
    },
    async picturesOf(failures) {
      const byId = new Map(items.map((item) => [item.id, item.images]));
      return failures.map(({ id }) => byId.get(id) ?? []);
    },
  };
}

const fits = [
  [true, false],
  [false, true],
] as const;

/** The scoring alone, on given embeddings: rows 2k and 2k+1 belong to item k. */
export function scoreComposition(
  name: string,
  items: readonly Pick<CompositionItem, 'id' | 'category' | 'texts'>[],
  images: Float32Array,
  texts: Float32Array,
  width: Embedder['embedDim'],
): CompositionReport {
  const byCategory = new Map<string, { text: number[]; image: number[]; group: number[] }>();
  const failures: (Failure & { margin: number })[] = [];
  let ties = 0;
  items.forEach((item, k) => {
    const cosine = (c: number, i: number) => dot(texts, 2 * k + c, images, 2 * k + i, width);
    const s = [
      [cosine(0, 0), cosine(0, 1)],
      [cosine(1, 0), cosine(1, 1)],
    ] as const;
    const { text, image, tie, margin } = decide(s);
    const figures = byCategory.get(item.category) ?? { text: [], image: [], group: [] };
    figures.text.push(text ? 1 : 0);
    figures.image.push(image ? 1 : 0);
    figures.group.push(text && image ? 1 : 0);
    byCategory.set(item.category, figures);
    if (tie) ties++;
    if (!(text && image)) {
      failures.push({
        id: item.id,
        category: item.category,
        margin,
        detail: { texts: item.texts, fits, cosines: s },
      });
    }
  });
  const categories = Object.fromEntries(
    [...byCategory]
      .sort()
      .map(([category, figures]) => [
        category,
        { text: bootstrap(figures.text), image: bootstrap(figures.image), group: bootstrap(figures.group) },
      ]),
  );
  const mean = (kind: keyof CompositionScores) =>
    bootstrapSubsets([...byCategory.values()].map((all) => all[kind].map((sum) => ({ sum, count: 1 }))));
  const overall: { [name: string]: CompositionScores } =
    items.length > 0 ? { 'all.macro': { text: mean('text'), image: mean('image'), group: mean('group') } } : {};
  const flat = (pick: (kind: 'text' | 'image' | 'group', score: Score) => number | Score) =>
    Object.entries({ ...categories, ...overall }).flatMap(([category, scores]) =>
      (['text', 'image', 'group'] as const).map((kind) => [`${category}.${kind}`, pick(kind, scores[kind])] as const),
    );
  const groups = Object.values(categories).map((scores) => scores.group.value);
  return {
    task: name,
    mean: groups.reduce((sum, value) => sum + value, 0) / Math.max(1, groups.length),
    categories,
    scores: Object.fromEntries(flat((_, score) => score)) as Record<string, Score>,
    chance: Object.fromEntries(flat((kind) => (kind === 'group' ? 1 / 6 : 1 / 4))) as Record<string, number>,
    ties,
    failures: failures.sort((a, b) => a.margin - b.margin).map(({ margin: _, ...failure }) => failure),
  };
}
