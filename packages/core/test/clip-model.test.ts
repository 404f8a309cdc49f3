import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Architecture } from '../src/clip/architecture.ts';
import { defaultPreprocess } from '../src/clip/clip-config.ts';
import { ClipModel } from '../src/clip/clip-model.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import { HubServer } from './fixtures/hub-server.ts';

const set = tinyPairs({ count: 3 });
const texts = [...(set.texts() as Iterable<string>)];
const tokenizer = Tokenizer.train(texts, { vocabSize: 560 });
const plain: Architecture = {
  embed_dim: 24,
  quick_gelu: true,
  vision_cfg: { image_size: 32, layers: 2, width: 48, head_width: 16, patch_size: 8 },
  text_cfg: { context_length: 20, width: 32, heads: 2, layers: 2 },
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-model-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const create = (architecture: Architecture | 'tiny-vit' | 'tiny-rn') =>
  ClipModel.create({ architecture, tokenizer, imageSize: 32, seed: 3 });

async function embed(model: ClipModel) {
  const images = [await set.pair(0, 32), await set.pair(1, 64)].map(({ image }) => image);
  return { images: await model.embedImages(images), texts: await model.embedTexts(texts) };
}

test.each([
  ['tiny-vit', undefined, 'anagram_config.json'],
  ['tiny-rn', undefined, 'open_clip_config.json'],
  [plain, undefined, 'config.json'],
  [plain, 'open_clip', 'open_clip_config.json'],
  [plain, 'anagram', 'anagram_config.json'],
] as const)(
  'saved and loaded, model %# embeds alike, and in its own layout has the same hash',
  async (architecture, layout, config) => {
    const path = join(dir, `${Math.random()}`);
    await using model = await create(architecture);
    await model.save(path, layout ? { layout } : {});
    expect(await readdir(path)).toContain(config);
    await using loaded = await ClipModel.load(path);
    expect(await embed(loaded)).toEqual(await embed(model));
    // Another layout's library rounds the margin of the crop in another way.
    expect((await loaded.hash()) === (await model.hash())).toBe(layout === undefined);
    expect(loaded.config.preprocess).toEqual(
      defaultPreprocess(config === 'config.json' ? 'transformers' : 'open_clip'),
    );
  },
);

test('texts of the same tokens have the same embedding to the last bit, wherever they stand', async () => {
  await using model = await create('tiny-vit');
  const many = Array.from({ length: 300 }, (_, k) => (k % 7 === 0 ? 'A RED  circle' : `a blue square ${k}`));
  const rows = await model.embedTexts([...many, 'a red circle']);
  const row = (at: number) => rows.slice(at * model.embedDim, (at + 1) * model.embedDim);
  for (let at = 0; at < 300; at += 7) expect(row(at)).toEqual(row(300));
  expect(row(1)).not.toEqual(row(300));
});

test('rows are of unit length, and pictures of any size are taken', async () => {
  await using model = await create(plain);
  const { images } = await embed(model);
  expect(images).toHaveLength(2 * 24);
  expect(Math.hypot(...images.subarray(24))).toBeCloseTo(1, 5);
  expect(await model.embedImages([])).toHaveLength(0);
  expect(await model.embedTexts([''])).toHaveLength(24);
});

test('many pictures and texts give the rows that few give', async () => {
  await using model = await create(plain);
  const { image } = await set.pair(0, 32);
  const many = await model.embedImages(new Array(70).fill(image));
  const one = await model.embedImages([image]);
  one.forEach((value, i) => {
    expect(many[69 * 24 + i]).toBeCloseTo(value, 5);
  });
});

test('a seed that is no whole number is refused', async () => {
  for (const seed of [1.5, -1, undefined as never]) {
    const refused = ClipModel.create({ architecture: plain, tokenizer, seed });
    await expect(refused).rejects.toMatchObject({
      code: 'invalid-options',
      message: expect.stringMatching(/^ClipModel\.create\.seed: Expected/),
    });
  }
});

test('the seed decides the weights', async () => {
  await using model = await create(plain);
  await using same = await create(plain);
  await using other = await ClipModel.create({ architecture: plain, tokenizer, seed: 4 });
  expect(await same.hash()).toBe(await model.hash());
  expect(await other.hash()).not.toBe(await model.hash());
});

test('a reader of triples changes the texts that say something of a thing, is saved with the model and loaded again', async () => {
  const options = { architecture: plain, tokenizer, imageSize: 32, seed: 3 };
  await using without = await ClipModel.create(options);
  await using model = await ClipModel.create({ ...options, knowledge: { layers: 2, weight: 0.5 } });
  const said = ['a cat', 'a red square on a blue circle'];
  const rows = await model.embedTexts(said);
  const bare = await without.embedTexts(said);
  // A text that says nothing of a thing keeps its embedding to the last bit.
  expect(rows.subarray(0, 24)).toEqual(bare.subarray(0, 24));
  expect(rows.subarray(24)).not.toEqual(bare.subarray(24));
  expect(Math.hypot(...rows.subarray(24))).toBeCloseTo(1, 5);

  const path = join(dir, 'reading');
  await model.save(path);
  expect(await readdir(path)).toContain('anagram_config.json');
  await using loaded = await ClipModel.load(path);
  expect(await loaded.embedTexts(said)).toEqual(rows);
  expect(await loaded.hash()).toBe(await model.hash());
  await expect(ClipModel.load(path, { knowledge: {} })).rejects.toThrow('reads triples already');
  for (const layout of ['transformers', 'open_clip'] as const) {
    await expect(model.save(join(dir, 'refused'), { layout })).rejects.toThrow(
      `in the layout of ${layout}: neither transformers nor open_clip knows a text encoder that is fed by triples`,
    );
  }
});

test('a model that was loaded is given a reader of triples beside its weights', async () => {
  const path = join(dir, 'unread');
  await using start = await create(plain);
  await start.save(path);
  await using model = await ClipModel.load(path, { knowledge: {} });
  await using again = await ClipModel.load(path, { knowledge: {} });
  const said = 'a red square on a blue circle';
  expect(model.config.architecture.knowledge_cfg).toEqual({ layers: 6, weight: 0.2 });
  expect(await again.hash()).toBe(await model.hash());
  for (const { name } of start.native.tensors()) {
    expect(await model.native.readTensor(name)).toEqual(await start.native.readTensor(name));
  }
  expect(await model.embedTexts([said])).not.toEqual(await start.embedTexts([said]));
});

test.each([
  ['tiny-vit', 'transformers', 'convolutional stem'],
  ['tiny-rn', 'transformers', 'ResNet'],
] as const)('%s is not written in the layout of %s', async (architecture, layout, why) => {
  await using model = await create(architecture);
  await expect(model.save(join(dir, 'refused'), { layout })).rejects.toMatchObject({
    code: 'model-mismatch',
    message: expect.stringContaining(why),
  });
});

test('a folder without a model, and one whose config does not fit its weights, are refused', async () => {
  await expect(ClipModel.load(join(dir, 'nothing'))).rejects.toMatchObject({ code: 'model-mismatch' });
  const path = join(dir, 'misfit');
  await using model = await create('tiny-vit');
  await model.save(path);
  const other = { ...plain, text_cfg: { ...plain.text_cfg, vocab_size: tokenizer.vocabSize } };
  await writeFile(join(path, 'anagram_config.json'), JSON.stringify({ model_cfg: other }));
  await expect(ClipModel.load(path)).rejects.toMatchObject({ code: 'model-mismatch' });
});

test('abort stops embedding with its reason', async () => {
  await using model = await create(plain);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(model.embedTexts(texts, { signal })).rejects.toThrow('enough');
});

test('a model is loaded by its name on the Hub', async () => {
  const path = join(dir, 'served');
  await using model = await create(plain);
  await model.save(path);
  const names = await readdir(path);
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(path, name))] as const));
  await using server = await HubServer.start('maker/plain', new Map(files));
  vi.stubEnv('HF_ENDPOINT', server.endpoint).stubEnv('HF_HUB_CACHE', join(dir, 'hub'));
  await using loaded = await ClipModel.load('hf:maker/plain');
  expect(await loaded.hash()).toBe(await model.hash());
  vi.unstubAllEnvs();
});
