import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import type { PairSet } from '../src/pair.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import { type TrainOptions, train } from '../src/train/train.ts';
import { withRegions } from '../src/train/with-regions.ts';

const plain = tinyPairs({ count: 10 });
const tokenizer = Tokenizer.train(plain.texts() as Iterable<string>, { vocabSize: 560 });
const width = 5;
/** One to three regions; every fourth pair has none. */
const detector: Parameters<typeof withRegions>[1] = {
  id: 'made up',
  read: (index, { text }) => {
    if (index % 4 === 3) return null;
    const features = Float32Array.from({ length: width * (1 + (index % 3)) }, (_, i) => Math.sin(index + i));
    return { features, tags: `${text} ${index}` };
  },
};
const pairs = withRegions(plain, detector);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-train-regions-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const create = (regions?: { width?: number; layers?: number }) =>
  ClipModel.create({ architecture: 'tiny-vit', imageSize: 32, tokenizer, seed: 1, ...(regions && { regions }) });

async function run(model: ClipModel, name: string, set: PairSet = pairs, options: Partial<TrainOptions> = {}) {
  const dir = join(root, name);
  const warnings: string[] = [];
  const onEvent: TrainOptions['onEvent'] = (event) => {
    if (event.type === 'warning') warnings.push(event.message);
    options.onEvent?.(event);
  };
  const common = { model, pairs: set, dir, objective: 'pyramid-clip', batchSize: 8, steps: 4, logEvery: 1 } as const;
  await train({ ...common, ...options, onEvent });
  return { dir, model: join(dir, 'model'), warnings };
}

const bytesOf = (dir: string) => readFile(join(dir, 'model.safetensors'));

test('regions are read in training alone, and saved with their model; a stopped run ends in the same bytes', async () => {
  await using model = await create({ width, layers: 2 });
  const before = await model.native.readTensor('regions.projection');
  const whole = await run(model, 'whole', withRegions({ ...plain, ...{ dir: root } }, detector));
  const record = JSON.parse(await readFile(join(whole.dir, 'run.json'), 'utf8'));
  expect(record.pairs[0].dir).toBe(root);
  expect(whole.warnings).toEqual([]);
  expect(await model.native.readTensor('regions.projection')).not.toEqual(before);
  const lines = (await readFile(join(whole.dir, 'log.jsonl'), 'utf8')).trim().split('\n');
  const steps = lines.map((line) => JSON.parse(line)).filter(({ terms }) => terms);
  expect(steps.length).toBeGreaterThan(0);
  for (const { terms } of steps) expect(Object.keys(terms).sort()).toEqual(['crossLevels', 'softened']);

  await using stopped = await create({ width, layers: 2 });
  const controller = new AbortController();
  const onEvent: TrainOptions['onEvent'] = ({ type }) => {
    if (type === 'step-end') controller.abort(new Error('enough'));
  };
  const half = run(stopped, 'stopped', pairs, { signal: controller.signal, onEvent });
  await expect(half).rejects.toThrow('enough');
  await using fresh = await create({ width, layers: 2 });
  const again = await run(fresh, 'stopped');
  expect((await bytesOf(again.model)).equals(await bytesOf(whole.model))).toBe(true);

  const { image } = await plain.pair(0, 32);
  await using loaded = await ClipModel.load(whole.model);
  await using without = await ClipModel.load(whole.model, { regions: false });
  expect(loaded.regionWidth).toBe(width);
  expect(without.regionWidth).toBeNull();
  const embedded = await model.embedImages([image]);
  expect(await loaded.embedImages([image])).toEqual(embedded);
  expect(await without.embedImages([image])).toEqual(embedded);
  await expect(ClipModel.load(whole.model, { regions: {} })).rejects.toThrow('the model reads regions already');
});

test('what reads regions is left out on request, and the model then goes to open_clip and transformers', async () => {
  const architecture = {
    embed_dim: 32,
    vision_cfg: { image_size: 32, patch_size: 8, width: 32, layers: 2, head_width: 16 },
    text_cfg: { context_length: 32, vocab_size: tokenizer.vocabSize, width: 32, heads: 2, layers: 2 },
  };
  await using model = await ClipModel.create({ architecture, tokenizer, seed: 1, regions: { width } });
  const dir = join(root, 'ours');
  await model.save(dir);
  const { image } = await plain.pair(0, 32);
  const embedded = await model.embedImages([image]);
  await using without = await ClipModel.load(dir, { regions: false });
  for (const layout of ['open_clip', 'transformers'] as const) {
    await expect(model.save(join(root, layout), { layout })).rejects.toThrow(/regions: false/);
    await without.save(join(root, layout), { layout });
    await using theirs = await ClipModel.load(join(root, layout), { regions: { width } });
    expect(theirs.regionWidth).toBe(width);
    expect(await theirs.embedImages([image])).toEqual(embedded);
  }
  // A stem that they do not know is told first: without the reader it would be refused all the same.
  await using stem = await create({ width });
  await expect(stem.save(join(root, 'stem'), { layout: 'open_clip' })).rejects.toThrow(/convolutional stem/);
});

test('without a detector it is the peer level, to the last bit', async () => {
  await using model = await create();
  const { warnings, model: dir } = await run(model, 'peer', plain);
  expect(warnings).toEqual([]);
  await using other = await create();
  const terms = { contrastive: 0, softened: 1, levels: true, negativesPerPair: 0 };
  const same = await run(other, 'peer by terms', plain, { objective: terms });
  expect((await bytesOf(dir)).equals(await bytesOf(same.model))).toBe(true);
});

test('what was asked for in vain is told', async () => {
  await using none = await create();
  const { warnings } = await run(none, 'unread', pairs, { steps: 1 });
  expect(warnings).toEqual([expect.stringContaining('the model does not read it')]);
  await using model = await create({ width });
  const inVain = await run(model, 'in vain', plain, { steps: 1 });
  expect(inVain.warnings).toEqual([expect.stringContaining('want what a detector says of their regions')]);
  await using wide = await create({ width: 4 });
  // By the caption, not by its summary.
  await expect(run(wide, 'too wide')).rejects.toThrow(
    /^The pair of "a .* left of .*" has \d+ numbers of regions\. Expected a multiple of the 4/,
  );
});

test.each([
  ['deeper than its tower', { architecture: 'tiny-vit', regions: { layers: 99 } }],
  ['of a ResNet', { architecture: 'tiny-rn', regions: {} }],
  ["of SigLIP's towers", { architecture: 'tiny-siglip', regions: {} }],
] as const)('a reader %s is refused', async (_, options) => {
  const make = ClipModel.create({ ...options, tokenizer, seed: 1 });
  await expect(make).rejects.toThrow(/read by the last blocks of CLIP's vision transformer/);
});

test('the same seed gives the towers the same weights, with or without it', async () => {
  await using with_ = await create({ width });
  await using without = await create();
  const names = without.native.tensors().map(({ name }) => name);
  for (const name of names) expect(await with_.native.readTensor(name)).toEqual(await without.native.readTensor(name));
  expect(with_.native.tensors().length).toBe(names.length + 1);
});
