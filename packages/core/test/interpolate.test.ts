import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import { interpolate } from '../src/clip/interpolate.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';

const texts = [...(tinyPairs({ count: 3 }).texts() as Iterable<string>)];
const tokenizer = Tokenizer.train(texts, { vocabSize: 560 });
const vision = { image_size: 32, layers: 2, width: 48, head_width: 16, patch_size: 8 };
const plain = {
  embed_dim: 24,
  vision_cfg: vision,
  text_cfg: { context_length: 20, width: 32, heads: 2, layers: 2 },
};

let root: string;
const at = (name: string) => join(root, name);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-interpolate-'));
  for (const [name, layout, seed] of [
    ['start', 'open_clip', 1],
    ['tuned', 'transformers', 2],
  ] as const) {
    await using model = await ClipModel.create({ architecture: plain, tokenizer, seed });
    await model.native.writeTensor('logit_scale', Float32Array.of(seed));
    await model.save(at(name), { layout });
  }
});
afterAll(() => rm(root, { recursive: true }));

test('every weight stands between its two ends, the logit scale too, whatever the layouts', async () => {
  await using start = await ClipModel.load(at('start'));
  await using tuned = await ClipModel.load(at('tuned'));
  await using model = await interpolate({ start: at('start'), tuned: at('tuned'), alpha: 0.25 });
  for (const { name } of model.native.tensors()) {
    const [a, b] = [await start.native.readTensor(name), await tuned.native.readTensor(name)];
    expect(await model.native.readTensor(name), name).toEqual(a.map((value, i) => 0.75 * value + 0.25 * b[i]!));
  }
  expect(await model.native.logitScale()).toBeCloseTo(Math.exp(1.25), 5);
});

test.each([
  [0, 'start'],
  [1, 'tuned'],
])('alpha %d is %s, bit for bit', async (alpha, end) => {
  await using model = await interpolate({ start: at('start'), tuned: at('tuned'), alpha });
  await using expected = await ClipModel.load(at(end));
  for (const { name } of model.native.tensors()) {
    expect(await model.native.readTensor(name), name).toEqual(await expected.native.readTensor(name));
  }
});

test('running statistics and their counters are taken along', async () => {
  for (const seed of [1, 2]) {
    await using model = await ClipModel.create({ architecture: 'tiny-rn', imageSize: 32, tokenizer, seed });
    await model.native.writeTensor(
      'visual.bn1.running_var',
      (await model.native.readTensor('visual.bn1.running_var')).fill(seed),
    );
    await model.native.writeTensor('visual.bn1.num_batches_tracked', Float32Array.of(10 * seed));
    await model.save(at(`rn-${seed}`));
  }
  await using model = await interpolate({ start: at('rn-1'), tuned: at('rn-2'), alpha: 0.5 });
  expect((await model.native.readTensor('visual.bn1.running_var')).every((value) => value === 1.5)).toBe(true);
  expect([...(await model.native.readTensor('visual.bn1.num_batches_tracked'))]).toEqual([15]);
});

test('models that differ in more than weights are refused, and what differs is named', async () => {
  const others = {
    larger: { architecture: { ...plain, quick_gelu: true, vision_cfg: { ...vision, image_size: 40 } }, tokenizer },
    tokens: { architecture: plain, tokenizer: Tokenizer.train([...texts, 'zzz zzz zzz zzz'], { vocabSize: 559 }) },
  };
  for (const [name, other] of Object.entries(others)) {
    await using model = await ClipModel.create({ ...other, seed: 1 });
    await model.save(at(name));
  }
  const refusal = (tuned: string) => interpolate({ start: at('start'), tuned: at(tuned), alpha: 0.5 });
  await expect(refusal('larger')).rejects.toMatchObject({
    code: 'model-mismatch',
    message: expect.stringMatching(
      /quickGelu \(false and true\), vision\.imageSize \(32 and 40\)\. Expected two models/,
    ),
  });
  await expect(refusal('tokens')).rejects.toMatchObject({ message: expect.stringContaining('tokenizer') });
  await expect(interpolate({ start: at('start'), tuned: at('tuned'), alpha: 1.5 })).rejects.toMatchObject({
    code: 'invalid-options',
  });
});
