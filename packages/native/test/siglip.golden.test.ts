import { expect, it } from 'vitest';
import type { NativeBatch, NativeClipConfig, NativeModel } from '../lib/index.ts';
import { loadBinding } from '../lib/index.ts';
import { readSafetensors } from './golden/read-safetensors.ts';
import { batchOfPairs, plain } from './tiny.ts';

const binding = loadBinding();
const golden = readSafetensors(new URL('golden/siglip.safetensors', import.meta.url));
const config = JSON.parse(golden.metadata.config!) as NativeClipConfig;
const weights = golden.names.flatMap((name) => (name.startsWith('weights/') ? name.slice('weights/'.length) : []));
const sigmoid = { ...plain.objective, contrastive: 0, sigmoid: 1 };

async function modelOfGolden(): Promise<NativeModel> {
  const model = await binding.createModel(config, 1, 'cpu');
  for (const name of weights) await model.writeTensor(name, golden.floats(`weights/${name}`));
  return model;
}

const lengths = golden.integers('lengths');
const batch: NativeBatch = {
  ...batchOfPairs(lengths.length, config, 1),
  images: golden.bytes('pixels'),
  texts: golden.integers('ids'),
  textLengths: lengths,
};

const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  expect(a.length).toBe(b.length);
  return Array.from(a, (value, index) => Math.abs(value - b[index]!));
}

it('holds the tensors of SiglipModel and no others, all of them trained', async () => {
  const model = await binding.createModel(config, 1, 'cpu');
  const tensors = model.tensors();
  expect(tensors.map(({ name }) => name).sort()).toEqual([...weights].sort());
  expect(tensors.every(({ trainable }) => trainable)).toBe(true);
  model.dispose();
});

it('gives the features and logits of transformers', async () => {
  const model = await modelOfGolden();
  const images = await model.encodeImages(batch.images, batch.pairs);
  const texts = await model.encodeTexts(batch.texts, batch.textLengths);
  expect(Math.max(...difference(images, golden.floats('images')))).toBeLessThan(1e-5);
  expect(Math.max(...difference(texts, golden.floats('texts')))).toBeLessThan(1e-5);
  const [scale, [bias]] = [await model.logitScale(), await model.readTensor('logit_bias')];
  const row = (rows: Float32Array, at: number) => rows.subarray(at * config.embedDim, (at + 1) * config.embedDim);
  const logits = Array.from({ length: batch.pairs ** 2 }, (_, at) => {
    const [image, text] = [row(images, Math.floor(at / batch.pairs)), row(texts, at % batch.pairs)];
    return scale * image.reduce((sum, value, k) => sum + value * text[k]!, 0) + bias!;
  });
  expect(Math.max(...difference(logits, golden.floats('logits')))).toBeLessThan(1e-4);
  model.dispose();
});

it('has the loss and every gradient of transformers', async () => {
  const model = await modelOfGolden();
  const trainer = await binding.createTrainer(model, { ...plain, objective: sigmoid, gradientClip: 0 });
  const { loss, terms } = await trainer.step(batch, 0);
  expect(loss).toBeCloseTo(golden.floats('loss')[0]!, 5);
  expect(terms).toEqual({ sigmoid: loss });
  for (const name of weights) {
    // Adam's first moment after one step is the gradient times 1 - beta1.
    const moment = await trainer.readState(`exp_avg.${name}`);
    const expected = golden.floats(`gradients/${name}`);
    const received = moment.map((value) => value / (1 - plain.beta1));
    expect(norm(difference(received, expected)), name).toBeLessThan(1e-4 * norm(expected));
  }
  trainer.dispose();
  model.dispose();
});

it('trains the logit bias with the rest, and leaves the loss lower', async () => {
  const model = await modelOfGolden();
  const trainer = await binding.createTrainer(model, { ...plain, objective: sigmoid });
  const before = (await model.readTensor('logit_bias'))[0]!;
  const losses = [];
  for (let step = 0; step < 20; step++) losses.push((await trainer.step(batch, 1e-2)).loss);
  expect((await model.readTensor('logit_bias'))[0]).not.toBe(before);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  trainer.dispose();
  model.dispose();
});

it('cannot be trained by the sigmoid term with towers that have no logit bias', async () => {
  const { siglip: _, ...clip } = config;
  const model = await binding.createModel(clip, 1, 'cpu');
  await expect(binding.createTrainer(model, { ...plain, objective: sigmoid })).rejects.toThrow(/logit bias/);
  model.dispose();
});
