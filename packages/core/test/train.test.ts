import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import type { AnagramEvent, StepRecord } from '../src/events.ts';
import type { PairSet } from '../src/pair.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import { structureRoles } from '../src/train/settings.ts';
import { type TrainOptions, train } from '../src/train/train.ts';

const tokenizer = Tokenizer.train(tinyPairs().texts() as Iterable<string>, { vocabSize: 560 });
const createModel = (imageSize = 32) => ClipModel.create({ architecture: 'tiny-vit', imageSize, tokenizer, seed: 1 });

let root: string;
let runs = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-train-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function run(model: ClipModel, options: Partial<TrainOptions> & Pick<TrainOptions, 'pairs' | 'steps'>) {
  const records: StepRecord[] = [];
  const onEvent = (event: AnagramEvent) => {
    if (event.type === 'step-end') records.push(event);
  };
  const result = await train({ dir: join(root, `${runs++}`), batchSize: 16, model, onEvent, ...options });
  return { records, result };
}

/** Share of pairs whose text and whose negative's text both find their own picture first. */
async function composition(model: ClipModel, set: PairSet): Promise<number> {
  let right = 0;
  for (let index = 0; index < set.length; index++) {
    const { image, text, negatives } = await set.pair(index, model.imageSize);
    const images = await model.embedImages([image, negatives[0]!.image!]);
    const texts = await model.embedTexts([text, negatives[0]!.text!]);
    const width = model.embedDim;
    const dot = (a: number, b: number) =>
      images.subarray(a * width, (a + 1) * width).reduce((sum, value, i) => sum + value * texts[b * width + i]!, 0);
    const wrong = Math.max(dot(0, 1), dot(1, 0));
    if (dot(0, 0) > wrong && dot(1, 1) > wrong) right++;
  }
  return right / set.length;
}

test('pairs that differ in composition alone are learned by heart', async () => {
  const set = tinyPairs({ count: 8 });
  await using model = await createModel();
  expect(await composition(model, set)).toBeLessThan(0.9);
  const { records, result } = await run(model, { pairs: set, steps: 150 });
  expect(records.at(-1)!.loss).toBeLessThan(0.1);
  expect(result.lastLoss).toBe(records.at(-1)!.loss);
  expect(await composition(model, set)).toBe(1);
});

test.each(['anagram', 'clip', 'negclip'] as const)('%s sees as many pictures as it was given', async (objective) => {
  await using model = await createModel(16);
  const { records, result } = await run(model, { pairs: tinyPairs(), steps: 3, objective });
  expect(result.imagesSeen).toBe(48);
  expect(records.map(({ imagesSeen }) => imagesSeen)).toEqual([16, 32, 48]);
  expect(records.every(({ loss }) => Number.isFinite(loss))).toBe(true);
});

test('structure terms are there where they are on', async () => {
  await using model = await createModel(16);
  const { records } = await run(model, { pairs: tinyPairs(), steps: 1, structure: { ...structureRoles, share: 0.5 } });
  expect(Object.keys(records[0]!.terms).sort()).toEqual([
    'contrastive',
    'ownImages',
    'ownTexts',
    'rankTexts',
    'structureImages',
    'structureTexts',
  ]);
});

test('the logit scale starts where it is told and can be held', async () => {
  await using model = await createModel(16);
  const { records } = await run(model, { pairs: tinyPairs(), steps: 2, logitScale: { initial: 20, trainable: false } });
  expect(records[1]!.logitScale).toBeCloseTo(20, 3);
});

test('weights that are not finite stop the run after three steps and name the last checkpoint', async () => {
  await using model = await createModel(16);
  const scale = await model.native.readTensor('ln_final.weight');
  await model.native.writeTensor('ln_final.weight', scale.fill(Number.NaN));
  const dir = join(root, 'nan');
  await expect(run(model, { pairs: tinyPairs(), steps: 9, dir })).rejects.toMatchObject({
    code: 'loss-not-finite',
    details: { step: 3 },
    message: expect.stringContaining(join(dir, 'checkpoint-0')),
  });
});

test('texts that are longer than the context are counted each time, and told once', async () => {
  const set = tinyPairs({ count: 40 });
  const long: PairSet = {
    ...set,
    pair: async (index, size) => ({ ...(await set.pair(index, size)), text: 'q '.repeat(300) }),
  };
  const messages: string[] = [];
  await using model = await createModel(16);
  const once = { batchSize: 4, steps: 3, objective: 'clip', curriculum: { byError: false } } as const;
  const onEvent = (event: AnagramEvent) => void (event.type === 'warning' && messages.push(event.message));
  const { result } = await run(model, { pairs: long, ...once, onEvent });
  expect(result.cutTexts).toBe(12);
  expect(messages).toEqual([expect.stringContaining('were cut')]);
});

test('a single step that is not finite is skipped and counted', async () => {
  const set = tinyPairs({ count: 40 });
  const broken: PairSet = {
    ...set,
    pair: async (index, size) => ({ ...(await set.pair(index, size)), ...(index === 0 && { text: 'q' }) }),
  };
  await using model = await createModel(16);
  const poisoned = tokenizer.encode('q', 3).ids[1]!;
  const embedding = await model.native.readTensor('token_embedding.weight');
  await model.native.writeTensor(
    'token_embedding.weight',
    embedding.fill(Number.NaN, poisoned * 128, (poisoned + 1) * 128),
  );
  const once = { batchSize: 4, steps: 10, objective: 'clip', curriculum: { byError: false } } as const;
  const { records, result } = await run(model, { pairs: broken, ...once });
  expect(result.skipped).toBe(1);
  expect(records.filter(({ loss }) => !Number.isFinite(loss))).toHaveLength(1);
  expect((await model.native.readTensor('ln_final.weight')).every(Number.isFinite)).toBe(true);
});

test('validation is called when it is due', async () => {
  await using model = await createModel(16);
  const steps: number[] = [];
  const validate = { every: 2, run: async ({ step }: { step: number }) => void steps.push(step) };
  await run(model, { pairs: tinyPairs(), steps: 5, validate });
  expect(steps).toEqual([2, 4]);
});

test('texts beyond the context are told about once', async () => {
  const set = tinyPairs();
  const long: PairSet = {
    ...set,
    async pair(index, size) {
      const pair = await set.pair(index, size);
      return { ...pair, text: `${pair.text} `.repeat(9) };
    },
  };
  await using model = await createModel(16);
  const warnings: AnagramEvent[] = [];
  const onEvent = (event: AnagramEvent) => void (event.type === 'warning' && warnings.push(event));
  await run(model, { pairs: long, steps: 3, onEvent });
  expect(warnings).toHaveLength(1);
});

test('a ResNet trains with a batch of two', async () => {
  await using model = await ClipModel.create({ architecture: 'tiny-rn', imageSize: 32, tokenizer, seed: 1 });
  const { records } = await run(model, { pairs: tinyPairs(), steps: 2, batchSize: 2 });
  expect(records.every(({ loss }) => Number.isFinite(loss))).toBe(true);
});
