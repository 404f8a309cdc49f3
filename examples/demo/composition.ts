import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  ClipModel,
  type CompositionReport,
  composition,
  type OnEvent,
  type PreparedPairs,
  type RetrievalReport,
  retrieval,
  Tokenizer,
  train,
} from '@anagram/core';
import { type Artwork, emojiSceneGallery, emojiSceneItems, emojiScenes } from '@anagram/worlds/emoji-scenes';
import {
  type Budget,
  type Contender,
  contenderNames,
  contenders,
  galleryCount,
  heldOutVendor,
  sceneVendors,
  testSeed,
} from './budget.ts';

export interface Contest {
  readonly composition: CompositionReport;
  readonly retrieval: RetrievalReport;
  readonly modelDir: string;
  readonly log: string;
  readonly imagesSeen: number;
}

const sceneCount = 200_000;

/**
 * Trains the contenders, one on each core, on the same scenes and kept pairs, for the same number of pictures with the same
 * augmentation; then scores them on the held-out vendor.
 */
export async function contest(options: {
  artwork: Artwork;
  kept: PreparedPairs;
  dir: string;
  budget: Budget;
  signal: AbortSignal;
  onEvent: OnEvent;
}): Promise<Record<Contender, Contest>> {
  const { artwork, kept, dir, budget, signal, onEvent } = options;
  const scenes = emojiScenes({ artwork, vendors: sceneVendors, split: 'train', count: sceneCount, seed: 1 });
  const pairs = [
    { set: scenes, share: 1 - budget.keptShare },
    { set: kept, share: budget.keptShare },
  ];
  const texts = async () => [...(await Array.fromAsync(scenes.texts())), ...(await Array.fromAsync(kept.texts()))];
  const tokenizer = Tokenizer.train(await texts(), { vocabSize: 1024 });
  const tasks = heldOutTasks(artwork, budget);

  const progress = new Map<string, number>();
  const total = budget.train.steps * contenderNames.length;
  onEvent({ type: 'stage-start', stage: 'train', total });
  const one = async (name: Contender): Promise<Contest> => {
    const { objective, optimizer } = contenders[name];
    await using model = await ClipModel.create({ architecture: 'tiny-vit', tokenizer, seed: 7 });
    const run = await train({
      ...budget.train,
      model,
      pairs,
      objective,
      optimizer,
      dir: join(dir, name),
      signal,
      onEvent: (event) => {
        if (event.type === 'warning') onEvent(event);
        if (event.type !== 'step-end' && event.type !== 'run-end') return;
        progress.set(name, event.type === 'step-end' ? event.step : event.steps);
        const done = [...progress.values()].reduce((sum, steps) => sum + steps, 0);
        onEvent({ type: 'stage-progress', stage: 'train', done, total });
      },
    });
    return {
      composition: await tasks.composition.run({ model, signal }),
      retrieval: await tasks.retrieval.run({ model, signal }),
      modelDir: run.modelDir,
      log: run.log,
      imagesSeen: run.imagesSeen,
    };
  };
  const results = new Map<Contender, Contest>();
  const waiting = [...contenderNames];
  const lane = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) results.set(name, await one(name));
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), contenderNames.length) }, lane));
  onEvent({ type: 'stage-end', stage: 'train', done: total });
  return Object.fromEntries(results) as Record<Contender, Contest>;
}

/** The one place where the held-out vendor is opened. */
function heldOutTasks(artwork: Artwork, { itemsPerCategory }: Budget) {
  const vendor = heldOutVendor;
  return {
    composition: composition({
      name: 'emoji-scenes',
      items: emojiSceneItems({ artwork, vendor, split: 'test', perCategory: itemsPerCategory, seed: testSeed }),
    }),
    retrieval: retrieval({
      name: 'emoji-scenes retrieval',
      gallery: emojiSceneGallery({ artwork, vendor, count: galleryCount, seed: testSeed }),
    }),
  };
}
