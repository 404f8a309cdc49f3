import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFolders } from '../../test/hostile/write-folders.ts';
import { readModel } from './model-files.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-model-files-'));
  await writeFolders(root);
});
afterEach(() => rm(root, { recursive: true }));

interface Json {
  [key: string]: Json | number | string;
}

async function edit(path: string, change: (config: Json) => void): Promise<void> {
  const config = JSON.parse(await readFile(path, 'utf8')) as Json;
  change(config);
  await writeFile(path, JSON.stringify(config));
}

test.each(['transformers', 'open_clip', 'anagram', 'vocabulary', 'shards'])('the model in %s is read', async (name) => {
  const { config, tokenizer } = await readModel(join(root, name));
  expect(config.architecture.embed_dim).toBe(4);
  expect(tokenizer.vocabSize).toBe(518);
});

test.each<[string, string, (config: Json) => void]>([
  ['a vocabulary', 'transformers', ({ text_config }) => Object.assign(text_config!, { vocab_size: 2 ** 40 })],
  ['a context', 'transformers', ({ text_config }) => Object.assign(text_config!, { max_position_embeddings: 2 ** 40 })],
  ['a depth', 'transformers', ({ vision_config }) => Object.assign(vision_config!, { num_hidden_layers: 2 ** 50 })],
  ['hidden channels', 'transformers', ({ text_config }) => Object.assign(text_config!, { intermediate_size: 2 ** 40 })],
  ['a shared space', 'transformers', (config) => Object.assign(config, { projection_dim: 2 ** 40 })],
  ['pictures', 'transformers', ({ vision_config }) => Object.assign(vision_config!, { image_size: 2 ** 20 })],
  ['a width', 'open_clip', ({ model_cfg }) => Object.assign((model_cfg as Json).vision_cfg!, { width: 2 ** 30 })],
  [
    'a depth of one stage',
    'open_clip',
    ({ model_cfg }) => Object.assign((model_cfg as Json).vision_cfg!, { layers: [1, 2, 2 ** 40, 1] }),
  ],
  ['a depth', 'anagram', ({ model_cfg }) => Object.assign((model_cfg as Json).text_cfg!, { layers: 2 ** 50 })],
  ['a reader', 'anagram', ({ model_cfg }) => Object.assign(model_cfg!, { knowledge_cfg: { layers: 2 ** 50 } })],
])('a config that claims %s beyond the weights is refused before a model is built: %s', async (_, name, change) => {
  const files = { transformers: 'config.json', open_clip: 'open_clip_config.json', anagram: 'anagram_config.json' };
  await edit(join(root, name, files[name as keyof typeof files]), change);
  await expect(readModel(join(root, name))).rejects.toMatchObject({
    code: 'model-mismatch',
    message: expect.stringMatching(/its config describes|and the tower takes/),
  });
});

test('a folder with two layouts is read as the one whose weights are there', async () => {
  await cp(join(root, 'open_clip', 'open_clip_config.json'), join(root, 'transformers', 'open_clip_config.json'));
  const { config } = await readModel(join(root, 'transformers'));
  expect(config.architecture.vision_cfg.patch_size).toBe(4);
});

test('of a folder whose folder `model` holds one, that is meant; of any other, nothing is guessed', async () => {
  await cp(join(root, 'anagram'), join(root, 'run', 'model'), { recursive: true });
  await expect(readModel(join(root, 'run'))).rejects.toThrow(`in it. Did you mean ${join(root, 'run', 'model')}?`);
  await expect(readModel(root)).rejects.toThrow(/holds no model\. Expected one of [^?]* in it\.$/);
});

test('a config whose eos_token_id is not the end token of the tokenizer beside it is refused with the remedy', async () => {
  const path = join(root, 'transformers', 'config.json');
  await edit(path, ({ text_config }) => Object.assign(text_config!, { eos_token_id: 2 }));
  await readModel(join(root, 'transformers'));
  await edit(path, ({ text_config }) => Object.assign(text_config!, { eos_token_id: 516 }));
  await expect(readModel(join(root, 'transformers'))).rejects.toMatchObject({
    code: 'model-mismatch',
    details: { path },
    message: expect.stringMatching(/eos_token_id is 516.*Set eos_token_id to 517/),
  });
});

test('a broken preprocessor_config.json is named, and one without deviation is broken', async () => {
  const path = join(root, 'transformers', 'preprocessor_config.json');
  await edit(path, (config) => Object.assign(config, { image_std: [0, 1, 1] }));
  await expect(readModel(join(root, 'transformers'))).rejects.toMatchObject({
    code: 'model-mismatch',
    details: { path },
    message: expect.stringContaining('image_std.0'),
  });
});
