import { expect, it } from 'vitest';
import type { NativeBatch, NativeClipConfig, NativeModel, NativeTrainer } from '../lib/index.ts';
import { loadBinding } from '../lib/index.ts';
import {
  batchOfPairs,
  batchWithNegatives,
  everything,
  pixels,
  plain,
  random,
  texts,
  tiny,
  tinyConvStem,
  tinyResNet,
} from './tiny.ts';

const binding = loadBinding();
const models: [string, NativeClipConfig][] = [
  ['vision transformer', tiny],
  ['convolutional stem', tinyConvStem],
  ['ResNet', tinyResNet],
];

/** Everything that decides how a run goes on. */
async function stateOf(model: NativeModel, trainer: NativeTrainer): Promise<Map<string, Float32Array>> {
  const state = new Map<string, Float32Array>();
  for (const { name } of model.tensors()) state.set(name, await model.readTensor(name));
  for (const { name } of trainer.stateTensors()) state.set(name, await trainer.readState(name));
  return state;
}

it.each(models)('learns eight pairs by heart (%s)', async (_, config) => {
  const model = await binding.createModel(config, 1, 'cpu');
  const trainer = await binding.createTrainer(model, { ...plain, weightDecay: 0 });
  const batch = batchOfPairs(8, config, 4);
  const first = await trainer.step(batch, 0);
  let last = first;
  for (let step = 0; step < 200; step++) last = await trainer.step(batch, 5e-3);
  expect(first.loss).toBeGreaterThan(1);
  expect(last.loss).toBeLessThan(0.05);
  expect(last.applied).toBe(true);
  trainer.dispose();
  model.dispose();
});

it.each(models)('goes on bit for bit from what a checkpoint holds (%s)', async (_, config) => {
  const steps = (from: number, to: number, trainer: NativeTrainer) =>
    Promise.all(
      Array.from({ length: to - from }, (_, i) => trainer.step(batchWithNegatives(6, config, from + i), 1e-3)),
    );

  const straight = await binding.createModel(config, 1, 'cpu');
  const straightTrainer = await binding.createTrainer(straight, everything);
  await steps(0, 3, straightTrainer);
  const checkpoint = await stateOf(straight, straightTrainer);
  const stepCount = straightTrainer.stepCount;
  const expected = await steps(3, 6, straightTrainer);

  const resumed = await binding.createModel(config, 2, 'cpu');
  const resumedTrainer = await binding.createTrainer(resumed, everything);
  for (const { name } of resumed.tensors()) await resumed.writeTensor(name, checkpoint.get(name)!);
  for (const { name } of resumedTrainer.stateTensors()) await resumedTrainer.writeState(name, checkpoint.get(name)!);
  resumedTrainer.setStepCount(stepCount);
  expect(await steps(3, 6, resumedTrainer)).toEqual(expected);
  expect(await stateOf(resumed, resumedTrainer)).toEqual(await stateOf(straight, straightTrainer));
  expect(await stateOf(resumed, resumedTrainer)).not.toEqual(checkpoint);
  for (const handle of [straightTrainer, straight, resumedTrainer, resumed]) handle.dispose();
});

it('does not grow over 500 steps', async () => {
  const model = await binding.createModel(tinyConvStem, 1, 'cpu');
  const trainer = await binding.createTrainer(model, everything);
  const resident = async (steps: number) => {
    for (let step = 0; step < steps; step++)
      await trainer.step(batchWithNegatives(2 + (step % 7), tinyConvStem, step), 1e-4);
    globalThis.gc?.();
    binding.trimMemory();
    return process.memoryUsage().rss / 2 ** 20;
  };
  await resident(100);
  const sizes = [];
  for (let quarter = 0; quarter < 4; quarter++) sizes.push(await resident(125));
  // A step's tensors are about 2 MB: one tensor of each kept would be seen many times over.
  expect(Math.min(...sizes.slice(2)) - Math.min(...sizes.slice(0, 2))).toBeLessThan(8);
  trainer.dispose();
  model.dispose();
});

it('takes a batch of one pair: nothing to tell apart, loss 0', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const result = await trainer.step(batchOfPairs(1, tiny, 1), 1e-3);
  expect(result.loss).toBeCloseTo(0, 6);
  expect(result).toMatchObject({ applied: true, imagesSeen: 1 });
  expect(result.ownMargin).toEqual(Float32Array.of(Number.NaN));
  expect(trainer.stepCount).toBe(1);
  trainer.dispose();
  model.dispose();
});

it('takes pairs without own negatives (K = 0) under every term', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, everything);
  const result = await trainer.step(batchOfPairs(4, tiny, 1), 1e-3);
  expect(result).toMatchObject({ applied: true, imagesSeen: 6, terms: { ownTexts: 0, ownImages: 0 } });
  expect([...result.ownMargin]).toEqual(Array(4).fill(Number.NaN));
  expect(result.pairLoss.every(Number.isFinite)).toBe(true);
  trainer.dispose();
  model.dispose();
});

it('embeds an empty text, start and end alone, and ignores what follows an end', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const { ids, lengths } = texts(3, tiny, random(2), () => 2);
  const rows = await model.encodeTexts(ids, lengths);
  expect(Math.hypot(...rows.subarray(0, tiny.embedDim))).toBeCloseTo(1, 5);
  ids.fill(7, 2, 8);
  const again = await model.encodeTexts(ids, lengths);
  expect(again).toEqual(rows);
  model.dispose();
});

it('embeds nothing to nothing', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  expect(await model.encodeImages(new Uint8Array(), 0)).toEqual(new Float32Array());
  expect(await model.encodeTexts(new Int32Array(), new Int32Array())).toEqual(new Float32Array());
  model.dispose();
});

it('leaves weights, moments and the count alone when a number is not finite, and goes on afterwards', async () => {
  const model = await binding.createModel(tinyResNet, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const batch = batchOfPairs(4, tinyResNet, 1);
  await trainer.step(batch, 1e-3);
  const gain = await model.readTensor('ln_final.weight');
  await model.writeTensor(
    'ln_final.weight',
    gain.map((value, index) => (index === 0 ? Number.POSITIVE_INFINITY : value)),
  );
  const before = await stateOf(model, trainer);
  const result = await trainer.step(batch, 1e-3);
  expect(result.applied).toBe(false);
  expect(await stateOf(model, trainer)).toEqual(before);
  expect(trainer.stepCount).toBe(1);
  await model.writeTensor('ln_final.weight', gain);
  expect(await trainer.step(batch, 1e-3)).toMatchObject({ applied: true });
  expect(trainer.stepCount).toBe(2);
  trainer.dispose();
  model.dispose();
});

it('keeps serving others when one step is refused', async () => {
  const model = await binding.createModel(tinyResNet, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const small: NativeClipConfig = { ...tinyResNet, vision: { ...tinyResNet.vision, imageSize: 32 } as never };
  const tooSmall = await binding.createModel(small, 1, 'cpu');
  const hopeless = await binding.createTrainer(tooSmall, plain);
  await expect(hopeless.step(batchOfPairs(1, small, 1), 1e-3)).rejects.toThrow(
    /batch normalisation needs more than one value/,
  );
  expect(await trainer.step(batchOfPairs(2, tinyResNet, 1), 1e-3)).toMatchObject({ applied: true });
  for (const handle of [trainer, model, hopeless, tooSmall]) handle.dispose();
});

const refused: [string, Partial<NativeBatch>, RegExp][] = [
  ['no pairs', { pairs: 0 }, /pairs/],
  ['pictures of another size', { images: new Uint8Array(4 * 8 * 8 * 3) }, /images/],
  ['an id beyond the vocabulary', { texts: new Int32Array(32).fill(20) }, /texts/],
  ['a negative id', { texts: new Int32Array(32).fill(-1) }, /texts/],
  ['a length beyond the text', { textLengths: Int32Array.of(9, 2, 2, 2) }, /textLengths/],
  ['a length of 0', { textLengths: Int32Array.of(0, 2, 2, 2) }, /textLengths/],
  ['a weight that is no number', { weights: Float32Array.of(Number.NaN, 1, 1, 1) }, /weights/],
  ['weights that are all 0', { weights: new Float32Array(4) }, /weights/],
  ['too few groups', { imageGroups: Int32Array.of(0, 1) }, /imageGroups/],
  [
    'offsets that fall',
    { ownTextOffsets: Int32Array.of(0, 1, 0, 1, 1), ownTextIndex: Int32Array.of(0) },
    /ownTextOffsets/,
  ],
  [
    'an own negative that is not there',
    { ownImageOffsets: Int32Array.of(0, 1, 1, 1, 1), ownImageIndex: Int32Array.of(4) },
    /ownImageIndex/,
  ],
];

it.each(refused)('refuses %s with a sentence that names it, and stays usable', async (_, change, sentence) => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const before = await stateOf(model, trainer);
  const step = async () => trainer.step({ ...batchOfPairs(4, tiny, 1), ...change }, 1e-3);
  await expect(step()).rejects.toThrow(sentence);
  expect(await stateOf(model, trainer)).toEqual(before);
  trainer.dispose();
  model.dispose();
});

it('refuses what was disposed of, and disposing twice is nothing', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const under = trainer.step(batchOfPairs(4, tiny, 1), 1e-3);
  trainer.dispose();
  trainer.dispose();
  expect(await under).toMatchObject({ applied: true });
  await expect((async () => trainer.step(batchOfPairs(4, tiny, 1), 1e-3))()).rejects.toThrow(/disposed/);
  expect(() => trainer.stateTensors()).toThrow(/disposed/);
  model.dispose();
  await expect((async () => model.encodeImages(pixels(1, tiny, random(1)), 1))()).rejects.toThrow(/disposed/);
  await expect((async () => binding.createTrainer(model, plain))()).rejects.toThrow(/disposed/);
});
