import { join } from 'node:path';
import { loadBinding, type NativeBatch, type NativeTrainerConfig } from '@anagram/native';
import type { ClipModel, PairSet, Pixels } from '../../packages/core/src/index.ts';
import { findArchitecture, openSafetensors, train } from '../../packages/core/src/index.ts';
import { learningRate } from '../../packages/core/src/train/schedule.ts';
import { resolveSettings, type TrainSettings, toTrainerConfig } from '../../packages/core/src/train/settings.ts';
import type { Case } from './cases.ts';
import { sampled } from './compare.ts';

/** The one batch of a case: pictures in the model's size, and their texts. */
export interface Data {
  readonly pictures: readonly Pixels[];
  readonly texts: readonly string[];
}

/** Of trained weights at most so many evenly spaced values of each tensor are compared. */
export const keep = 65_536;
export const steps = 10;
export const keepAfter = [1, steps] as const;

/** Settings of the steps. */
export const settingsOf = ({ architecture, learningRate = 5e-4 }: Case): TrainSettings => ({
  steps,
  objective: findArchitecture(architecture).family ?? 'clip',
  schedule: { kind: 'cosine', warmup: 0.2 },
  // A smaller epsilon would blow up rounding noise, where a tensor has no other gradient, to whole steps.
  optimizer: { learningRate, weightDecay: 0.2, beta1: 0.9, beta2: 0.98, epsilon: 1e-5 },
  gradientClip: 1,
});

/** The loss that the model is made for. */
const plainSettings = (model: ClipModel): TrainSettings => ({
  steps,
  objective: model.config.architecture.family ?? 'clip',
});

/** Pictures of `data.safetensors`. */
export async function readPictures(dir: string, size: number): Promise<Pixels[]> {
  await using file = await openSafetensors(join(dir, 'data.safetensors'));
  const levels = Uint8Array.from(await file.read('pixels')); // (P, size, size, 3)
  const length = size * size * 3;
  return Array.from({ length: levels.length / length }, (_, at) => ({
    width: size,
    height: size,
    data: levels.subarray(at * length, (at + 1) * length),
  }));
}

export async function features(model: ClipModel, { pictures, texts }: Data) {
  const [images, rows] = [await model.embedImages(pictures), await model.embedTexts(texts)];
  const [scale, bias, width] = [await model.native.logitScale(), await logitBias(model), model.embedDim];
  const logits = Float32Array.from({ length: pictures.length * texts.length }, (_, at) => {
    const [i, j] = [Math.floor(at / texts.length) * width, (at % texts.length) * width];
    let product = 0;
    for (let d = 0; d < width; d++) product += images[i + d]! * rows[j + d]!;
    return scale * product + bias;
  });
  return { images, texts: rows, logits };
}

/** SigLIP's; a CLIP has none. */
async function logitBias({ native }: ClipModel): Promise<number> {
  if (!native.tensors().some(({ name }) => name === 'logit_bias')) return 0;
  return (await native.readTensor('logit_bias'))[0]!;
}

/** The loss of a batch with these `features`, which are made without training mode: by running statistics where a ResNet has them. */
export async function evaluationLoss(
  model: ClipModel,
  data: Data,
  { images, texts }: Awaited<ReturnType<typeof features>>,
): Promise<number> {
  const { objective } = toTrainerConfig(resolveSettings(plainSettings(model)), model.native.tensors());
  const input = {
    ...negatives(data),
    images,
    texts,
    width: model.embedDim,
    logitScale: await model.native.logitScale(),
    logitBias: await logitBias(model),
  };
  return (await loadBinding().objective(input, objective)).loss;
}

/** Loss and gradient of the first step, before clipping. Leaves the model as it was. */
export async function gradients(model: ClipModel, data: Data) {
  const buffers = model.native.tensors().filter(({ trainable }) => !trainable);
  const before = await Promise.all(buffers.map(({ name }) => model.native.readTensor(name)));
  // With β₁ = 0 the first moment is the gradient.
  const config = {
    ...toTrainerConfig(resolveSettings(plainSettings(model)), model.native.tensors()),
    beta1: 0,
    gradientClip: 0,
  };
  const trainer = await loadBinding().createTrainer(model.native, config);
  const { loss } = await trainer.step(batchOf(model, data), 0);
  for (const [at, { name }] of buffers.entries()) await model.native.writeTensor(name, before[at]!);
  return {
    loss,
    read: (name: string) => trainer.readState(`exp_avg.${name}`),
    dispose: () => trainer.dispose(),
  };
}

export interface Steps {
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** By steps taken: what `keep` leaves of each tensor. */
  readonly weights: ReadonlyMap<number, ReadonlyMap<string, Float32Array>>;
}

/** The steps by core's whole loop: its batches, schedule, clipping and optimizer. */
export async function takeStepsByTrain(
  model: ClipModel,
  data: Data,
  settings: TrainSettings,
  dir: string,
): Promise<Steps> {
  const [losses, gradientNorms, weights] = [
    [] as number[],
    [] as number[],
    new Map<number, Map<string, Float32Array>>(),
  ];
  await train({
    ...settings,
    model,
    dir,
    pairs: pairSet(data),
    batchSize: data.pictures.length,
    validate: {
      every: 1,
      run: async ({ step }) => {
        if (keepAfter.some((after) => after === step)) weights.set(step, await sampledTensors(model));
      },
    },
    onEvent: (event) => {
      if (event.type !== 'step-end') return;
      losses.push(event.loss);
      gradientNorms.push(event.gradientNorm);
    },
  });
  return { losses, gradientNorms, weights };
}

/** The steps by the addon's trainer alone, with core's schedule: no checkpoints of large models. */
export async function takeStepsByTrainer(model: ClipModel, data: Data, settings: TrainSettings): Promise<Steps> {
  const resolved = resolveSettings(settings);
  const config: NativeTrainerConfig = toTrainerConfig(resolved, model.native.tensors());
  const trainer = await loadBinding().createTrainer(model.native, config);
  const [losses, gradientNorms, weights] = [
    [] as number[],
    [] as number[],
    new Map<number, Map<string, Float32Array>>(),
  ];
  try {
    for (let step = 0; step < steps; step++) {
      const result = await trainer.step(batchOf(model, data), learningRate(step, resolved));
      losses.push(result.loss);
      gradientNorms.push(result.gradientNorm);
      if (keepAfter.some((after) => after === step + 1)) weights.set(step + 1, await sampledTensors(model));
    }
  } finally {
    trainer.dispose();
  }
  return { losses, gradientNorms, weights };
}

async function sampledTensors(model: ClipModel): Promise<Map<string, Float32Array>> {
  const tensors = new Map<string, Float32Array>();
  for (const { name } of model.native.tensors()) tensors.set(name, sampled(await model.native.readTensor(name), keep));
  return tensors;
}

function pairSet({ pictures, texts }: Data): PairSet {
  return {
    name: 'parity',
    length: pictures.length,
    fingerprint: 'parity',
    category: () => null,
    pair: async (index) => ({
      image: pictures[index]!,
      text: texts[index]!,
      imageKey: String(index),
      weight: 1,
      negatives: [],
    }),
    texts: () => texts,
  };
}

/** Pairs that are all different, without negatives of their own. */
function negatives({ pictures }: Data) {
  const pairs = pictures.length;
  const numbers = Int32Array.from({ length: pairs }, (_, row) => row);
  return {
    pairs,
    imageGroups: numbers,
    textGroups: numbers,
    weights: new Float32Array(pairs).fill(1),
    ownTextOffsets: new Int32Array(pairs + 1),
    ownTextIndex: new Int32Array(),
    ownImageOffsets: new Int32Array(pairs + 1),
    ownImageIndex: new Int32Array(),
    alsoTrue: new Int32Array(),
  };
}

function batchOf(model: ClipModel, data: Data): NativeBatch {
  const encoded = data.texts.map((text) => model.tokenizer.encode(text, model.contextLength));
  return {
    ...negatives(data),
    images: Uint8Array.from(Buffer.concat(data.pictures.map(({ data: levels }) => levels))),
    texts: Int32Array.from(encoded.flatMap(({ ids }) => [...ids])), // (P, L)
    textLengths: Int32Array.from(encoded, ({ length }) => length),
    shuffledTexts: new Int32Array(),
    shuffledTextLengths: new Int32Array(),
    paraphrases: new Int32Array(),
    paraphraseLengths: new Int32Array(),
    paraphraseRows: new Int32Array(),
    seed: 0,
  };
}
