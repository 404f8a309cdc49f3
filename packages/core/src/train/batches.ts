import type { ClipModel } from '../clip/clip-model.ts';
import { type Batch, buildBatch } from './batch.ts';
import type { CategoryErrors, Curriculum } from './curriculum.ts';
import { batchesAhead, type DrawnPair, drawPairs } from './draw-pairs.ts';
import { joinPairs, joinsPairs } from './join-pairs.ts';
import type { Cursors, Sampler, SharedSet } from './sampler.ts';
import type { ResolvedSettings } from './settings.ts';
import { twoLevels } from './two-levels.ts';

export interface PreparedBatch extends Batch {
  /** What the next step's draws go on from. */
  readonly after: { readonly cursors: readonly Cursors[]; readonly errors: CategoryErrors };
}

/** Batches in the order of their steps, prepared one after the other, the next two while a step runs. */
export class Batches {
  readonly #queue: Promise<PreparedBatch>[] = [];
  readonly #build: (step: number) => Promise<PreparedBatch>;
  readonly #steps: number;
  #next: number;
  #last: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: {
    first: number;
    model: ClipModel;
    sets: readonly SharedSet[];
    sampler: Sampler;
    curriculum: Curriculum;
    settings: ResolvedSettings;
  }) {
    const { first, model, sets, sampler, curriculum, settings } = options;
    const { tokenizer, contextLength, imageSize, readsTriples, regionWidth } = model;
    this.#next = first;
    this.#steps = settings.steps;
    const draw = (step: number, settings: ResolvedSettings): Promise<DrawnPair[]> =>
      drawPairs(step, { sets, sampler, curriculum, settings, tokenizer, imageSize, fit: model.config.preprocess });
    this.#build = async (step) => {
      const drawn = await drawnFor(step, settings, (settings) => draw(step, settings));
      const batch = buildBatch(step, drawn, {
        settings,
        tokenizer,
        contextLength,
        imageSize,
        readsTriples,
        regionWidth,
      });
      return { ...batch, after: { cursors: sampler.cursors, errors: curriculum.errors } };
    };
  }

  /** The batch of `step`. Call it in order, each time with all results before `step` told to the curriculum. */
  take(step: number): Promise<PreparedBatch> {
    while (this.#next <= Math.min(step + batchesAhead, this.#steps - 1)) {
      const number = this.#next++;
      const batch = this.#last.then(() => {
        if (this.#stopped) throw new Error('The batches were stopped.');
        return this.#build(number);
      });
      batch.catch(() => {});
      this.#last = batch;
      this.#queue.push(batch);
    }
    return this.#queue.shift()!;
  }

  /** Prepares no more batches and waits for the one in preparation. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#queue);
  }
}

/** The pairs of a step, as the objective changes what is drawn. */
function drawnFor(
  step: number,
  settings: ResolvedSettings,
  draw: (settings: ResolvedSettings) => Promise<DrawnPair[]>,
): Promise<DrawnPair[]> {
  if (joinsPairs(step, settings)) return joinPairs(step, settings, draw);
  return settings.objective.levels ? twoLevels(step, settings, draw) : draw(settings);
}
