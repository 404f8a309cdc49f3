import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Architecture } from '../src/clip/architecture.ts';
import { ClipModel } from '../src/clip/clip-model.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';

interface Case {
  kind: keyof typeof models | 'text';
  width: number;
  from: number;
  to: number;
  values: number[];
}

const golden: Case[] = JSON.parse(await readFile(new URL('fixtures/positions-golden.json', import.meta.url), 'utf8'));
const ofImages = golden.filter(({ kind }) => kind !== 'text');
const ofTexts = golden.filter(({ kind }) => kind === 'text');
const set = tinyPairs({ count: 3 });
const tokenizer = Tokenizer.train(set.texts() as Iterable<string>, { vocabSize: 560 });
const text_cfg = { context_length: 20, width: 8, heads: 2, layers: 2 };
const models = {
  vit: {
    patch: 8,
    tensor: 'visual.positional_embedding',
    vision_cfg: { layers: 2, width: 8, head_width: 8, patch_size: 8 },
  },
  resnet: {
    patch: 32,
    tensor: 'visual.attnpool.positional_embedding',
    vision_cfg: { layers: [1, 1, 1, 1] as [number, number, number, number], width: 2, head_width: 16 },
  },
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-positions-'));
});
afterAll(() => rm(root, { recursive: true }));

/** The embeddings of positions-golden.py. */
const sines = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * 0.7) + Math.cos(i * i * 0.01));

/** A model for a grid of `from` × `from`, saved. */
async function saved({ kind, width, from }: Case, name: string) {
  const { patch, tensor, vision_cfg } = models[kind === 'text' ? 'vit' : kind];
  const architecture: Architecture = {
    embed_dim: 8,
    vision_cfg: { ...vision_cfg, image_size: from * patch },
    text_cfg,
  };
  await using model = await ClipModel.create({ architecture, tokenizer, seed: 3 });
  const values = sines((from * from + 1) * width);
  await model.native.writeTensor(tensor, values);
  await model.native.writeTensor('positional_embedding', sines(text_cfg.context_length * text_cfg.width));
  const dir = join(root, name);
  await model.save(dir);
  return { dir, values, tensor, patch };
}

test.each(ofImages)("loaded for another size, a $kind has open_clip's positions, $from² → $to²", async (each) => {
  const { dir, values, tensor, patch } = await saved(each, `${each.kind}-${each.to}`);
  await using model = await ClipModel.load(dir, { imageSize: each.to * patch });
  expect(model.imageSize).toBe(each.to * patch);
  const resized = await model.native.readTensor(tensor);
  expect(resized).toHaveLength(each.values.length);
  expect(resized.subarray(0, each.width)).toEqual(values.subarray(0, each.width));
  expect(Math.max(...each.values.map((value, i) => Math.abs(value - resized[i]!)))).toBeLessThan(1e-6);
});

test.each(ofTexts)(
  "loaded for another context, the text tower has open_clip's positions, $from → $to",
  async (each) => {
    const { dir } = await saved(golden[0]!, `text-${each.to}`);
    await using model = await ClipModel.load(dir, { contextLength: each.to });
    expect(model.contextLength).toBe(each.to);
    const resized = await model.native.readTensor('positional_embedding');
    expect(resized).toHaveLength(each.values.length);
    // PyTorch rounds the places between rows to float32 too.
    expect(Math.max(...each.values.map((value, i) => Math.abs(value - resized[i]!)))).toBeLessThan(1e-5);
    expect(await model.embedTexts(['a red square and a blue circle'])).toHaveLength(8);
  },
);

test('it embeds, is saved as what it is now, and every other tensor is as it was', async () => {
  const { dir, tensor } = await saved(golden[0]!, 'again');
  await using before = await ClipModel.load(dir);
  await using model = await ClipModel.load(dir, { imageSize: 83 });
  const { image } = await set.pair(0, 64);
  const row = await model.embedImages([image]);
  expect(Math.hypot(...row)).toBeCloseTo(1, 5);
  await model.save(join(root, 'larger'));
  await using larger = await ClipModel.load(join(root, 'larger'));
  expect(await larger.embedImages([image])).toEqual(row);
  for (const { name } of before.native.tensors()) {
    if (name === tensor) continue;
    expect(await model.native.readTensor(name), name).toEqual(await before.native.readTensor(name));
  }
});

test('a size with the same grid changes no position, and one that the tower cannot take is refused', async () => {
  const { dir, tensor, values } = await saved(golden[0]!, 'same');
  await using model = await ClipModel.load(dir, { imageSize: 58 });
  expect(await model.native.readTensor(tensor)).toEqual(values);
  const resNet = await saved(golden[2]!, 'odd');
  await expect(ClipModel.load(resNet.dir, { imageSize: 65 })).rejects.toMatchObject({ code: 'invalid-options' });
});

test('a crop keeps its share of the picture at another size', async () => {
  const { dir } = await saved(golden[0]!, 'cropped');
  const path = join(dir, 'preprocessor_config.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...json, size: { shortest_edge: 64 } }));
  await using before = await ClipModel.load(dir);
  await using model = await ClipModel.load(dir, { imageSize: 84 });
  expect([before, model].map(({ imageSize, config }) => [imageSize, config.preprocess.edge])).toEqual([
    [56, 64],
    [84, 96],
  ]);
});
