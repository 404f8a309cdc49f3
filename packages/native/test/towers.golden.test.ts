import { expect, it } from 'vitest';
import type { NativeClipConfig, NativeModel, NativeTrainer } from '../lib/index.ts';
import { loadBinding } from '../lib/index.ts';
import { readSafetensors } from './golden/read-safetensors.ts';
import { largestDifference } from './objective-batch.ts';
import { batchOfPairs, plain } from './tiny.ts';

const binding = loadBinding();
const golden = readSafetensors(new URL('golden/towers.safetensors', import.meta.url));
const configs = JSON.parse(golden.metadata.configs!) as Record<string, NativeClipConfig>;
const names = JSON.parse(golden.metadata.names!) as Record<string, { trained: string[]; all: string[] }>;
const settings = JSON.parse(golden.metadata.trainer!) as { learningRate: number; beta1: number };
const samples = JSON.parse(golden.metadata.samples!) as number;

async function modelOf(label: string): Promise<NativeModel> {
  const model = await binding.createModel(configs[label]!, 1, 'cpu');
  for (const name of names[label]!.all) await model.writeTensor(name, golden.floats(`${label}/weights/${name}`));
  return model;
}

function batchOf(label: string) {
  const rows = golden.integers('lengths').length;
  return {
    ...batchOfPairs(rows, configs[label]!, 1),
    images: golden.bytes(`${label}/pixels`),
    texts: golden.integers('texts'),
    textLengths: golden.integers('lengths'),
  };
}

async function trainerOf(model: NativeModel, optimizer: 'adamw' | 'muon' = 'adamw'): Promise<NativeTrainer> {
  const { learningRate, ...config } = settings;
  return binding.createTrainer(model, { ...plain, ...config, optimizer });
}

/** What make-golden.py keeps of each tensor: at most `samples` evenly spaced values. */
async function sampled(from: string[], read: (name: string) => Promise<Float32Array>): Promise<number[]> {
  const values = [];
  for (const name of from) {
    const tensor = await read(name);
    const step = Math.max(1, Math.ceil(tensor.length / samples));
    values.push(...tensor.filter((_, index) => index % step === 0));
  }
  return values;
}

it.each(Object.keys(configs))('%s holds the tensors of open_clip, by name, and no others', async (label) => {
  const model = await binding.createModel(configs[label]!, 1, 'cpu');
  const tensors = model.tensors();
  expect(tensors.map(({ name }) => name).sort()).toEqual([...names[label]!.all].sort());
  expect(
    tensors
      .filter(({ trainable }) => trainable)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...names[label]!.trained].sort());
  model.dispose();
});

it.each(Object.keys(configs))('%s gives the features of open_clip', async (label) => {
  const model = await modelOf(label);
  const batch = batchOf(label);
  const images = await model.encodeImages(batch.images, batch.pairs);
  const texts = await model.encodeTexts(batch.texts, batch.textLengths);
  expect(largestDifference(images, golden.floats(`${label}/images`))).toBeLessThan(1e-5);
  expect(largestDifference(texts, golden.floats(`${label}/texts`))).toBeLessThan(1e-5);
  model.dispose();
});

it.each(Object.keys(configs))(
  "%s has PyTorch's loss, gradients and weights, after one and three steps",
  async (label) => {
    const model = await modelOf(label);
    const trainer = await trainerOf(model);
    const { all, trained } = names[label]!;
    const losses: number[] = [];
    const norms: number[] = [];
    for (let step = 1; step <= 3; step++) {
      const result = await trainer.step(batchOf(label), settings.learningRate);
      losses.push(result.loss);
      norms.push(result.gradientNorm);
      if (step === 2) continue;
      const weights = await sampled(all, (name) => model.readTensor(name));
      expect(largestDifference(weights, golden.floats(`${label}/after${step}`))).toBeLessThan(1e-5);
      if (step > 1) continue;
      // After the first step, the first moment is (1 - β₁) times the clipped gradient.
      const moments = await sampled(trained, (name) => trainer.readState(`exp_avg.${name}`));
      const gradients = moments.map((value) => value / (1 - settings.beta1));
      expect(largestDifference(gradients, golden.floats(`${label}/clippedGradients`))).toBeLessThan(1e-5);
    }
    expect(largestDifference(losses, golden.floats(`${label}/losses`))).toBeLessThan(1e-5);
    const expected = golden.floats(`${label}/gradientNorms`);
    expect(
      largestDifference(
        norms.map((norm, i) => norm / expected[i]!),
        [1, 1, 1],
      ),
    ).toBeLessThan(1e-5);
    const batch = batchOf(label);
    const images = await model.encodeImages(batch.images, batch.pairs);
    const texts = await model.encodeTexts(batch.texts, batch.textLengths);
    expect(largestDifference(images, golden.floats(`${label}/imagesAfter3`))).toBeLessThan(2e-5);
    expect(largestDifference(texts, golden.floats(`${label}/textsAfter3`))).toBeLessThan(2e-5);
    trainer.dispose();
    model.dispose();
  },
);

it('has the weights of Muon, computed in double precision, after three steps', async () => {
  const label = JSON.parse(golden.metadata.muonModel!) as string;
  const model = await modelOf(label);
  const trainer = await trainerOf(model, 'muon');
  for (let step = 1; step <= 3; step++) await trainer.step(batchOf(label), settings.learningRate);
  const weights = await sampled(names[label]!.all, (name) => model.readTensor(name));
  expect(largestDifference(weights, golden.floats('muon/after3'))).toBeLessThan(1e-5);
  trainer.dispose();
  model.dispose();
});
