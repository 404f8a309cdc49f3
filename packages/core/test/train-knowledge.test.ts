import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import { type TrainOptions, train } from '../src/train/train.ts';

const pairs = tinyPairs({ count: 10, paraphrases: true });
const tokenizer = Tokenizer.train(pairs.texts() as Iterable<string>, { vocabSize: 560 });

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-train-knowledge-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const create = (architecture: 'tiny-vit' | 'tiny-siglip' = 'tiny-vit') =>
  ClipModel.create({ architecture, imageSize: 32, tokenizer, seed: 1, knowledge: { layers: 2 } });

async function run(model: ClipModel, name: string, options: Partial<TrainOptions> = {}): Promise<string> {
  const dir = join(root, name);
  await train({ model, pairs, dir, objective: 'structure-clip', steps: 4, batchSize: 8, logEvery: 1, ...options });
  return join(dir, 'model');
}

test.each([
  ['structure-clip', 'tiny-vit', 'structure-clip'],
  ['terms over every kind of text', 'tiny-siglip', { ownTexts: 0.5, paraphrases: 0.5, distil: 0.1 }],
] as const)(
  'the reader of triples is trained and saved with its model, by %s, in the same bytes when the run was stopped',
  async (name, architecture, objective) => {
    await using model = await create(architecture);
    const before = await model.native.readTensor('knowledge.transformer.resblocks.1.mlp.c_fc.weight');
    const structure = { share: 0.5, text: 'negative' as const };
    const whole = await run(model, name, { objective, structure });
    expect(await model.native.readTensor('knowledge.transformer.resblocks.1.mlp.c_fc.weight')).not.toEqual(before);
    const texts = ['a red square on a blue circle', 'a blue circle on a red square', 'a square'];
    await using loaded = await ClipModel.load(whole);
    expect(await loaded.embedTexts(texts)).toEqual(await model.embedTexts(texts));

    await using stopped = await create(architecture);
    const controller = new AbortController();
    const onEvent: TrainOptions['onEvent'] = ({ type }) => {
      if (type === 'step-end') controller.abort(new Error('enough'));
    };
    const half = run(stopped, `${name} stopped`, { objective, structure, signal: controller.signal, onEvent });
    await expect(half).rejects.toThrow('enough');
    await using fresh = await create(architecture);
    const again = await run(fresh, `${name} stopped`, { objective, structure });
    const bytes = (dir: string) => readFile(join(dir, 'model.safetensors'));
    expect((await bytes(again)).equals(await bytes(whole))).toBe(true);
  },
);

test('frozen with the text tower, it stays as it was', async () => {
  await using model = await create();
  const before = await model.native.readTensor('knowledge.projection');
  await run(model, 'frozen', { freeze: { text: true } });
  expect(await model.native.readTensor('knowledge.projection')).toEqual(before);
});
