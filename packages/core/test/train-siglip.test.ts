import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import { openSafetensors } from '../src/clip/read-safetensors.ts';
import { type CompositionReport, composition } from '../src/evaluate/composition.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { type RetrievalReport, retrieval } from '../src/evaluate/retrieval.ts';
import type { AnagramEvent } from '../src/events.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { SentencePiece } from '../src/text/sentence-piece.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import type { ObjectiveSettings } from '../src/train/objective-settings.ts';
import { resolveSettings, toTrainerConfig } from '../src/train/settings.ts';
import { type TrainOptions, train } from '../src/train/train.ts';

const pairs = tinyPairs({ count: 8 });
const tokenizer = Tokenizer.train(pairs.texts() as Iterable<string>, { vocabSize: 560 });
const create = (architecture: 'tiny-siglip' | 'tiny-vit' = 'tiny-siglip') =>
  ClipModel.create({ architecture, imageSize: 32, tokenizer, seed: 1 });
const everyTerm: ObjectiveSettings = {
  contrastive: 0,
  sigmoid: 1,
  ownTexts: 0.5,
  ownImages: 0.5,
  sharedNegatives: true,
  negativeImages: 0.5,
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-train-siglip-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (model: ClipModel, name: string, options: Partial<TrainOptions>) =>
  train({ model, pairs, dir: join(root, name), steps: 8, batchSize: 12, ...options });

test('pairs that differ in composition alone are learned by heart, by the sigmoid loss with negatives', async () => {
  await using model = await create();
  const bias = (await model.native.readTensor('logit_bias'))[0]!;
  await run(model, 'by-heart', { steps: 200, objective: everyTerm });
  expect((await model.native.readTensor('logit_bias'))[0]).not.toBe(bias);
  const items = await Promise.all(
    Array.from({ length: pairs.length }, async (_, index) => {
      const { image, text, negatives } = await pairs.pair(index, 32);
      const [negative] = negatives;
      return {
        id: `${index}`,
        category: 'x',
        images: [image, negative!.image!],
        texts: [text, negative!.text!],
      } as const;
    }),
  );
  const gallery = items.map(({ id, images, texts }) => ({ id, image: images[0], text: texts[0] }));
  // As transformers would, from what was saved.
  await using trained = await ClipModel.load(join(root, 'by-heart', 'model'));
  const reports = await evaluate({
    model: trained,
    tasks: [composition({ name: 'composition', items }), retrieval({ name: 'retrieval', gallery })],
  });
  expect((reports.composition as CompositionReport).mean).toBe(1);
  expect((reports.retrieval as RetrievalReport).recallAt1).toBe(1);
});

test.each(['siglip', 'anagram', 'clip'] as const)('the preset %s trains it', async (objective) => {
  await using model = await create();
  const terms: string[][] = [];
  const onEvent = (event: AnagramEvent) => {
    if (event.type === 'step-end') terms.push(Object.keys(event.terms));
  };
  const result = await run(model, objective, { objective, steps: 3, onEvent });
  expect(result.lastLoss).toBeGreaterThan(0);
  expect(terms[0]!.includes('sigmoid')).toBe(objective === 'siglip');
});

test('stopped and called again, it ends in the same bytes', async () => {
  const settings = { objective: everyTerm, optimizer: { kind: 'muon' as const }, checkpointEvery: 3 };
  const weights = async (name: string) => readFile(join(root, name, 'model', 'model.safetensors'));
  await using whole = await create();
  await run(whole, 'whole', settings);
  const controller = new AbortController();
  const onEvent = (event: AnagramEvent) => {
    if (event.type === 'step-end' && event.step === 4) controller.abort(new Error('enough'));
  };
  await using stopped = await create();
  await expect(run(stopped, 'stopped', { ...settings, signal: controller.signal, onEvent })).rejects.toThrow('enough');
  await using again = await create();
  await run(again, 'stopped', settings);
  expect(await weights('stopped')).toEqual(await weights('whole'));
});

test('texts that SentencePiece reads alike are one text of a batch', async () => {
  const file = await readFile(new URL('./fixtures/spiece.model', import.meta.url));
  const sentencePiece = new SentencePiece(file);
  await using model = await ClipModel.create({
    architecture: 'tiny-siglip',
    imageSize: 16,
    tokenizer: sentencePiece,
    seed: 1,
  });
  // Two pairs that are one but for their punctuation: as negatives of each other they would cost log 2 at least.
  const { image, imageKey } = await tinyPairs({ count: 1, negatives: 'none' }).pair(0, 16);
  const set = {
    ...tinyPairs({ count: 2, negatives: 'none' }),
    pair: async (index: number) => ({
      image,
      imageKey: `${imageKey}-${index}`,
      text: ['A cat.', 'a, cat!'][index]!,
      weight: 1,
      negatives: [],
    }),
  };
  const { lastLoss } = await run(model, 'alike', { pairs: set, objective: 'clip', steps: 1, batchSize: 2 });
  expect(lastLoss).toBe(0);
});

test('the sigmoid loss is refused for a CLIP, with what to do', async () => {
  await using model = await create('tiny-vit');
  await expect(run(model, 'clip-towers', { objective: 'siglip' })).rejects.toMatchObject({
    code: 'invalid-options',
    message: expect.stringContaining('`contrastive`'),
  });
});

test('the logit scale is held below 100 by CLIP and let go by SigLIP, but where it is said', () => {
  const tensors = [{ name: 'logit_scale', shape: [], trainable: true }];
  const maximum = (settings: object) =>
    Math.round(Math.exp(toTrainerConfig(resolveSettings({ steps: 1, ...settings }), tensors).maxLogScale));
  expect(maximum({ objective: 'clip' })).toBe(100);
  expect(maximum({ objective: 'siglip' })).toBe(1000);
  expect(maximum({ objective: 'siglip', logitScale: { maximum: 50 } })).toBe(50);
});

test.each([
  ['image', /^base_model\.model\.visual\.(transformer\.resblocks\.\d|attnpool)\.attn\./],
  ['text', /^base_model\.model\.text_model\.encoder\.layers\.\d\.self_attn\./],
] as const)('an adapter of the %s tower has the names of one library', async (tower, names) => {
  await using model = await create();
  const options: Partial<TrainOptions> = { objective: 'siglip', steps: 1, lora: { rank: 2, towers: [tower] } };
  const { adapterDir } = await run(model, `adapter of ${tower}`, options);
  await using adapter = await openSafetensors(join(adapterDir!, 'adapter_model.safetensors'));
  expect(adapter.tensors.size).toBeGreaterThan(8);
  for (const name of adapter.tensors.keys()) expect(name).toMatch(names);
});
