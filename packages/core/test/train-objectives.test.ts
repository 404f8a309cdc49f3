import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import { objectivePresets } from '../src/train/objective-settings.ts';
import { type TrainOptions, train } from '../src/train/train.ts';

const pairs = tinyPairs({ count: 10 });
const tokenizer = Tokenizer.train(pairs.texts() as Iterable<string>, { vocabSize: 560 });

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-train-objectives-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Terms that a preset must have in a batch whose pairs have negatives. */
const expected = {
  anagram: ['contrastive', 'ownImages', 'ownTexts'],
  clip: ['contrastive'],
  siglip: ['sigmoid'],
  negclip: ['contrastive'],
  spec: ['contrastive', 'ownImages', 'ownTexts'],
  'ce-clip': ['contrastive', 'rankTexts', 'textContrast'],
  'triplet-clip': ['contrastive'],
  'structure-clip': ['hardest', 'rankTexts'],
  'soft-clip': ['contrastive', 'softRelations', 'softTargets'],
  'pyramid-clip': ['softened'],
  'fsc-clip': ['contrastive', 'ownTexts'],
  'con-clip': ['contrastive'],
  rcl: ['complementary'],
};

test.each(objectivePresets)('%s trains on its terms, and ends in the same bytes when it was stopped', async (name) => {
  const architecture = name === 'siglip' ? 'tiny-siglip' : 'tiny-vit';
  const run = async (folder: string, options: Partial<TrainOptions> = {}) => {
    await using model = await ClipModel.create({ architecture, imageSize: 32, tokenizer, seed: 1 });
    const before = await model.hash();
    const dir = join(root, `${name}-${folder}`);
    await train({ model, pairs, dir, objective: name, steps: 3, batchSize: 8, logEvery: 1, ...options });
    expect(await model.hash()).not.toBe(before);
    return readFile(join(dir, 'model', 'model.safetensors'));
  };
  const terms = new Set<string>();
  const whole = await run('whole', {
    onEvent: (event) => {
      if (event.type !== 'step-end') return;
      expect(event.loss).toBeGreaterThan(0);
      for (const term of Object.keys(event.terms)) terms.add(term);
    },
  });
  expect([...terms].filter((term) => !term.startsWith('structure')).sort()).toEqual(expected[name]);

  const controller = new AbortController();
  const stop = { signal: controller.signal, onEvent: () => controller.abort(new Error('enough')) };
  const once = (event: { type: string }) => event.type === 'step-end' && stop.onEvent();
  await expect(run('stopped', { ...stop, onEvent: once })).rejects.toThrow('enough');
  expect((await run('stopped')).equals(whole)).toBe(true);
});
