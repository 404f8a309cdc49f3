import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Architecture } from '../src/clip/architecture.ts';
import { ClipModel } from '../src/clip/clip-model.ts';
import { openSafetensors } from '../src/clip/read-safetensors.ts';
import { towerOf } from '../src/clip/tower.ts';
import type { AnagramEvent } from '../src/events.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import { structureRoles } from '../src/train/settings.ts';
import { type TrainOptions, train } from '../src/train/train.ts';

const pairs = tinyPairs({ count: 14 });
const tokenizer = Tokenizer.train(pairs.texts() as Iterable<string>, { vocabSize: 560 });
const plain: Architecture = {
  embed_dim: 16,
  vision_cfg: { image_size: 16, layers: 2, width: 32, head_width: 16, patch_size: 8 },
  text_cfg: { context_length: 20, width: 32, heads: 2, layers: 2 },
};
const steps = 6;
const settings = {
  pairs,
  steps,
  batchSize: 8,
  checkpointEvery: 3,
  structure: { ...structureRoles, grid: 2, share: 0.25 },
};
const createModel = (architecture: Architecture | 'tiny-rn' = plain) =>
  ClipModel.create({ architecture, imageSize: architecture === 'tiny-rn' ? 32 : 16, tokenizer, seed: 1 });

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-partial-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function runIn(name: string, options: Partial<TrainOptions>) {
  await using model = await createModel();
  return await train({ ...settings, dir: join(root, name), model, ...options });
}

/** Hashes of every file that a run leaves for its user. */
async function outcome(name: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const folder of ['model', 'model-ema', 'adapter']) {
    for (const file of await readdir(join(root, name, folder)).catch(() => [])) {
      const bytes = await readFile(join(root, name, folder, file));
      files[`${folder}/${file}`] = createHash('sha256').update(bytes).digest('hex');
    }
  }
  return files;
}

const everything: [string, Partial<TrainOptions>, string[]][] = [
  ['a locked image tower', { freeze: { image: true }, optimizer: { kind: 'muon' } }, ['model']],
  [
    'adapters, an average and two rates, beside Muon',
    {
      lora: { rank: 2, towers: ['image'] },
      freeze: { image: { unlocked: 1 } },
      learningRates: { image: 0.5, text: 0.1 },
      ema: { decay: 0.9 },
      optimizer: { kind: 'muon' },
      logitScale: { initial: 20 },
    },
    ['model', 'model-ema', 'adapter'],
  ],
];

test.each(everything)('stopped anywhere, a run with %s ends in the same bytes', async (name, options, folders) => {
  await runIn(`${name}-whole`, options);
  const whole = await outcome(`${name}-whole`);
  expect([...new Set(Object.keys(whole).map((file) => file.split('/')[0]))]).toEqual(folders);
  for (const stop of [1, 4]) {
    const controller = new AbortController();
    const onEvent = (event: AnagramEvent) => {
      if (event.type === 'step-end' && event.step === stop) controller.abort(new Error('enough'));
    };
    const stopped = `${name}-${stop}`;
    // The same object goes on, merged and trained as it is.
    await using model = await createModel();
    await expect(runIn(stopped, { ...options, model, onEvent, signal: controller.signal })).rejects.toThrow('enough');
    await runIn(stopped, { ...options, ...(stop === 4 && { model }) });
    expect(await outcome(stopped)).toEqual(whole);
  }
});

test.each([
  ['vision transformer', plain],
  ['ResNet', 'tiny-rn' as const],
])('a locked %s keeps every bit, running statistics too; the text tower learns', async (name, architecture) => {
  await using before = await createModel(architecture);
  await using model = await createModel(architecture);
  await runIn(`locked-${name}`, { model, freeze: { image: true }, objective: 'anagram' });
  for (const { name: tensor } of model.native.tensors()) {
    const [a, b] = [await before.native.readTensor(tensor), await model.native.readTensor(tensor)];
    if (towerOf(tensor) === 'image') expect(b, tensor).toEqual(a);
    else expect(b, tensor).not.toEqual(a);
  }
});

test('the saved model is the start and its adapters, merged, and nothing else has moved', async () => {
  await using start = await createModel();
  const result = await runIn('merged', { lora: { rank: 2, alpha: 6 }, logitScale: { trainable: false } });
  await using model = await ClipModel.load(result.modelDir);
  await using adapter = await openSafetensors(join(result.adapterDir!, 'adapter_model.safetensors'));
  expect(adapter.tensors.size).toBe(2 * 2 * 4 * 2);
  const layer = 'base_model.model.vision_model.encoder.layers.1.self_attn';
  const [a, b] = [
    await adapter.read(`${layer}.k_proj.lora_A.weight`),
    await adapter.read(`${layer}.k_proj.lora_B.weight`),
  ];
  const matrix = 'visual.transformer.resblocks.1.attn.in_proj_weight';
  const [before, after] = [await start.native.readTensor(matrix), await model.native.readTensor(matrix)];
  let moved = 0;
  for (let row = 0; row < 32; row++) {
    for (let column = 0; column < 32; column++) {
      const at = (32 + row) * 32 + column;
      const update = 3 * (b[row * 2]! * a[column]! + b[row * 2 + 1]! * a[32 + column]!);
      expect(after[at]! - before[at]!).toBeCloseTo(update, 6);
      moved = Math.max(moved, Math.abs(update));
    }
  }
  expect(moved).toBeGreaterThan(1e-4);
  for (const { name } of model.native.tensors()) {
    if (/attn\.(in|out)_proj.*weight$/.test(name)) continue;
    expect(await model.native.readTensor(name), name).toEqual(await start.native.readTensor(name));
  }
});

test('an average that forgets at once is the model, one that does not is another', async () => {
  const hash = async (dir: string) => {
    await using model = await ClipModel.load(dir);
    return await model.hash();
  };
  const last = await runIn('ema-0', { ema: { decay: 0 } });
  expect(await hash(last.emaModelDir!)).toBe(await hash(last.modelDir));
  const slow = await runIn('ema-0.9', { ema: { decay: 0.9 } });
  expect(await hash(slow.modelDir)).toBe(await hash(last.modelDir));
  expect(await hash(slow.emaModelDir!)).not.toBe(await hash(slow.modelDir));
});

test('other parts to train are other options of a run', async () => {
  await runIn('options', { freeze: { image: true } });
  await expect(runIn('options', { freeze: { image: { unlocked: 1 } }, ema: {} })).rejects.toMatchObject({
    code: 'run-options-changed',
    details: { changed: expect.arrayContaining(['freeze.image', 'freeze.image.unlocked', 'ema.decay']) },
  });
});
