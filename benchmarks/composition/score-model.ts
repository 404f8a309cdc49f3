import { type ClipModel, composition, type Outcomes, retrieval, zeroShotClassification } from '@anagram/core';
import type { Result } from './results.ts';
import type { World } from './worlds.ts';

/** What is scored of a split. */
export interface Measure {
  /** Items of each category and pictures in the gallery. */
  readonly perCategory: number;
  readonly gallery: number;
  /** Pictures of each class of its zero-shot classification. */
  readonly perClass: number;
}

export type Scores = Pick<Result, 'mean' | 'categories' | 'recallAt1' | 'recallAt1Of5'> & { readonly zeroShot: number };

/** One gallery of 300 leaves R@1 a standard error of 0.02, which differences between rows do not exceed by much. */
const galleries = 5;

/**
 * Composition, retrieval and zero-shot classification of a model on a split of a world. `test` is the held-out vendor or style: for the figure
 * in a table alone.
 * @returns `outcomes`: every decision of the mean group score and of R@1, for paired tests.
 */
export async function scoreModel(
  model: ClipModel,
  world: World,
  split: 'validation' | 'test',
  { perCategory, gallery, perClass, signal }: Measure & { signal?: AbortSignal | undefined },
): Promise<{ scores: Scores; outcomes: { [task: string]: Outcomes } }> {
  const knobs = { model, ...(signal && { signal }) };
  const scored = await composition({ name: world.name, items: world.items(split, perCategory) }).run(knobs);
  const retrieve = (number: number) =>
    retrieval({ name: `${world.name} retrieval`, gallery: world.gallery(split, gallery, number) }).run(knobs);
  const found = await retrieve(0);
  let recallAt1 = found.recallAt1;
  for (let number = 1; number < galleries; number++) recallAt1 += (await retrieve(number)).recallAt1;
  const { classes, items } = world.classes(split, perClass);
  const templates = ['{}', 'there is {}', 'a picture of {}'];
  const classified = await zeroShotClassification({ name: `${world.name} classes`, classes, templates, items }).run(
    knobs,
  );
  const categories = Object.entries(scored.categories).map(([name, { text, image, group }]) => [
    name,
    { text: text.value, image: image.value, group: group.value, n: group.n },
  ]);
  return {
    scores: {
      mean: scored.mean,
      categories: Object.fromEntries(categories),
      recallAt1: found.recallAt1,
      recallAt1Of5: recallAt1 / galleries,
      zeroShot: classified.scores['all.top1']!.value,
    },
    outcomes: {
      [scored.task]: only(scored.outcomes!, ['all.macro.group']),
      [found.task]: only(found.outcomes!, ['imageToText.recall@1', 'textToImage.recall@1']),
    },
  };
}

function only({ items, scores }: Outcomes, names: readonly string[]): Outcomes {
  return { items, scores: Object.fromEntries(names.map((name) => [name, scores[name]!])) };
}
