import * as z from 'zod';
import { hashBytes } from '../image/hash.ts';
import { Random } from '../random.ts';
import { parseSettings } from '../settings.ts';
import type { PreparedPairs, PreparedSample } from '../shard/open-pairs.ts';
import { type CompositionItem, composition } from './composition.ts';
import { type RetrievalItem, retrieval } from './retrieval.ts';
import type { ItemsOrigin } from './score-prepared.ts';
import type { Task } from './task.ts';
import { type TextChoiceItem, textChoice } from './text-choice.ts';

export interface PreparedTasksOptions {
  /** Stands before each task's name: `NAME/retrieval`. @default the folder's name */
  readonly name?: string;
  /** Most pairs that are drawn for retrieval, and for their negatives. @default 1000 */
  readonly limit?: number;
  /** Of the draw. @default 0 */
  readonly seed?: number;
}

export const preparedTasksOptions = z.strictObject({
  name: z.string().optional(),
  limit: z.int().min(2).default(1000),
  seed: z.int().min(0).default(0),
});

/**
 * What can be measured on prepared pairs alone: retrieval over their pictures; composition (text, image and group score) on
 * the negatives that have a picture; and the choice between text and negative on those that have none. Measure on pairs that
 * the model was not trained on.
 * @returns One to three tasks, those that have items.
 * @throws AnagramError `invalid-options`
 */
export async function preparedTasks(pairs: PreparedPairs, options: PreparedTasksOptions = {}): Promise<Task[]> {
  const { name = pairs.name, limit, seed } = parseSettings('preparedTasks', preparedTasksOptions, options);
  const order = new Random('prepared-tasks', seed).shuffle(Uint32Array.from({ length: pairs.length }, (_, i) => i));
  const gallery: RetrievalItem[] = [];
  const both: CompositionItem[] = [];
  const textsAlone: TextChoiceItem[] = [];
  for (const index of order.subarray(0, limit).sort()) {
    const sample = await pairs.sample(index);
    const { key, image, text } = sample;
    gallery.push({ id: key, image, text });
    for (const item of negativesOf(sample)) {
      if ('images' in item) both.push(item);
      else textsAlone.push(item);
    }
  }
  const drawn = gallery.length;
  const origin: ItemsOrigin = {
    fingerprint: hashBytes(JSON.stringify([pairs.fingerprint, limit, seed])),
    ...(drawn < pairs.length && { limited: { drawn, of: pairs.length, what: 'pairs' } }),
  };
  const tasks: Task[] = [];
  if (drawn > 0) tasks.push(retrieval({ name: `${name}/retrieval`, gallery, ...origin }));
  if (both.length > 0) tasks.push(composition({ name: `${name}/composition`, items: both, ...origin }));
  if (textsAlone.length > 0) tasks.push(textChoice({ name: `${name}/text-choice`, items: textsAlone, ...origin }));
  return tasks;
}

function negativesOf({ key, image, text, negatives }: PreparedSample): (CompositionItem | TextChoiceItem)[] {
  return negatives.map((negative, k) => {
    const { category } = negative;
    const id = `${key}.neg${k}`;
    if (!negative.image) return { id, category, image, text, negativeText: negative.text };
    return { id, category, images: [image, negative.image], texts: [text, negative.text] };
  });
}
