import type { NativeBatch, NativeTrainer, StepResult } from '@anagram/native';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import { type ObjectiveSettings, objectiveSchema } from './objective-settings.ts';

/**
 * What a loss is computed from. The first `pairs` rows of both matrices are the pairs; lone negatives follow. Links, groups and
 * weights are those of the batch, as `NativeBatch` describes them.
 */
export interface EmbeddedBatch
  extends Pick<
    NativeBatch,
    | 'pairs'
    | 'weights'
    | 'imageGroups'
    | 'textGroups'
    | 'ownTextOffsets'
    | 'ownTextIndex'
    | 'ownImageOffsets'
    | 'ownImageIndex'
    | 'alsoTrue'
  > {
  /** (NI, width), rows of unit length, row by row. */
  readonly image: Float32Array;
  /** (NT, width), rows of unit length, row by row. */
  readonly text: Float32Array;
  readonly width: number;
  /** s, the factor of the cosines; not its logarithm. */
  readonly logitScale: number;
  /** b of SigLIP's towers; null for CLIP. */
  readonly logitBias: number | null;
  /** Number of the step, from 0. */
  readonly step: number;
}

export interface LossAndGradients {
  readonly loss: number;
  /** Of the loss, with respect to each input; a number that is left out is 0. */
  readonly gradients: {
    readonly image: Float32Array;
    readonly text: Float32Array;
    readonly logitScale?: number;
    readonly logitBias?: number;
  };
}

export type LossFunction = (batch: EmbeddedBatch) => LossAndGradients | Promise<LossAndGradients>;

export interface CustomObjectiveOptions
  extends Pick<ObjectiveSettings, 'negativePairs' | 'negativesPerPair' | 'negativeImages'> {
  /** Recorded in `run.json` and compared when a run goes on, in place of the function, which cannot be. Default `custom`. */
  name?: string;
}

const customOptions = objectiveSchema
  .pick({ negativePairs: true, negativesPerPair: true, negativeImages: true })
  .extend({ name: z.string().min(1).default('custom') });

/** Made by `custom`. */
export class CustomObjective {
  readonly options: z.output<typeof customOptions>;
  readonly #loss: LossFunction;

  constructor(loss: LossFunction, options: CustomObjectiveOptions) {
    if (typeof loss !== 'function') throw misuse('custom', 'Expected a function of the embedded batch', loss);
    this.options = parseSettings('custom', customOptions, options);
    this.#loss = loss;
  }

  /** One step of training with this loss. */
  async step(trainer: NativeTrainer, batch: NativeBatch, step: number, learningRate: number): Promise<StepResult> {
    const { images, texts, logitScale, logitBias } = await trainer.begin(batch);
    const { pairs, weights, imageGroups, textGroups, alsoTrue } = batch;
    const { ownTextOffsets, ownTextIndex, ownImageOffsets, ownImageIndex } = batch;
    const given = await this.#loss({
      ...{ image: images, text: texts, width: images.length / imageGroups.length, pairs, logitScale, logitBias, step },
      ...{ weights, imageGroups, textGroups, alsoTrue },
      ...{ ownTextOffsets, ownTextIndex, ownImageOffsets, ownImageIndex },
    });
    checkResult(given, { image: images.length, text: texts.length });
    const { loss, gradients } = given;
    // A loss that is no number has no gradient: the step is skipped, as any other would be.
    const known = Number.isFinite(loss + (gradients.logitScale ?? 0) + (gradients.logitBias ?? 0));
    const result = await trainer.finish(
      {
        loss: known ? loss : 0,
        images: known ? gradients.image : gradients.image.map(() => Number.NaN),
        texts: known ? gradients.text : gradients.text.map(() => Number.NaN),
        logitScale: known ? (gradients.logitScale ?? 0) : 0,
        logitBias: known ? (gradients.logitBias ?? 0) : 0,
      },
      learningRate,
    );
    return { ...result, loss, terms: { [this.options.name]: loss } };
  }
}

/**
 * An objective of one's own, computed in TypeScript from the embeddings of each batch. It must be a pure function of its argument,
 * or a run that was stopped will not go on to the same weights.
 * @example
 * train({ objective: custom(({ image, text, width, pairs, logitScale }) => ({ loss, gradients: { image: …, text: … } })), … })
 * @throws AnagramError `invalid-options`
 */
export function custom(loss: LossFunction, options: CustomObjectiveOptions = {}): CustomObjective {
  return new CustomObjective(loss, options);
}

/** A loss is somebody's JavaScript: what it gives may be anything. */
function checkResult(given: LossAndGradients, lengths: { readonly image: number; readonly text: number }): void {
  const gradients: Partial<LossAndGradients['gradients']> | undefined = given?.gradients;
  if (typeof gradients !== 'object' || gradients === null) {
    throw misuse('custom', 'The loss must return { loss, gradients: { image, text } }', given);
  }
  if (typeof given.loss !== 'number') throw misuse('custom.loss', 'Expected a number', given.loss);
  for (const name of ['logitScale', 'logitBias'] as const) {
    const value = gradients[name];
    if (value !== undefined && typeof value !== 'number')
      throw misuse(`custom.gradients.${name}`, 'Expected a number', value);
  }
  for (const name of ['image', 'text'] as const) {
    const [gradient, length] = [gradients[name], lengths[name]];
    if (gradient instanceof Float32Array && gradient.length === length) continue;
    throw misuse(
      `custom.gradients.${name}`,
      `Expected a Float32Array of ${length} values, as many as the ${name} embeddings have`,
      gradient,
    );
  }
}

function misuse(where: string, expected: string, received: unknown): AnagramError<'invalid-options'> {
  const length = (received as { length?: unknown } | null | undefined)?.length;
  const kind = typeof received === 'object' && received !== null ? received.constructor?.name : typeof received;
  const what = typeof received === 'object' && typeof length === 'number' ? `${kind} of ${length} values` : kind;
  return new AnagramError('invalid-options', `${where}: ${expected}, received ${what}.`, { where });
}
