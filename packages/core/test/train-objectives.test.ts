import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import { custom, type EmbeddedBatch } from '../src/train/custom-objective.ts';
import { objectivePresets } from '../src/train/objective-presets.ts';
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
  degla: ['contrastive', 'featureDistil', 'ownTexts', 'teacherContrast'],
  clic: ['contrastive', 'ownTexts', 'paraphraseDistance'],
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

/** Plain CLIP, written down once more: mean over rows of both directions' cross entropy, equal keys left out. */
function clipLoss({ image, text, width, pairs, logitScale, imageGroups, textGroups }: EmbeddedBatch) {
  const cosine = (i: number, t: number) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += image[i * width + k]! * text[t * width + k]!;
    return sum;
  };
  const rows = Array.from({ length: pairs }, (_, i) => i);
  const cosines = rows.map((i) => rows.map((t) => cosine(i, t)));
  const counts = (i: number, t: number) =>
    i === t || (imageGroups[i] !== imageGroups[t] && textGroups[i] !== textGroups[t]);
  const slope = rows.map(() => rows.map(() => 0)); // d loss / d logit
  let loss = 0;
  for (const anchor of rows) {
    for (const byText of [false, true]) {
      const entry = (other: number): [number, number] => (byText ? [other, anchor] : [anchor, other]);
      const logit = (other: number) => logitScale * cosines[entry(other)[0]]![entry(other)[1]]!;
      const kept = rows.filter((other) => counts(...entry(other)));
      const total = kept.reduce((sum, other) => sum + Math.exp(logit(other) - logitScale), 0);
      loss += (Math.log(total) + logitScale - logit(anchor)) / (2 * pairs);
      for (const other of kept) {
        const [i, t] = entry(other);
        const p = Math.exp(logit(other) - logitScale) / total;
        slope[i]![t]! += (p - (other === anchor ? 1 : 0)) / (2 * pairs);
      }
    }
  }
  const gradients = { image: new Float32Array(image.length), text: new Float32Array(text.length), logitScale: 0 };
  for (const i of rows) {
    for (const t of rows) {
      gradients.logitScale += slope[i]![t]! * cosines[i]![t]!;
      for (let k = 0; k < width; k++) {
        gradients.image[i * width + k]! += slope[i]![t]! * logitScale * text[t * width + k]!;
        gradients.text[t * width + k]! += slope[i]![t]! * logitScale * image[i * width + k]!;
      }
    }
  }
  return { loss, gradients };
}

const trainBy = async (dir: string, objective: TrainOptions['objective'], options: Partial<TrainOptions> = {}) => {
  await using model = await ClipModel.create({ architecture: 'tiny-vit', imageSize: 32, tokenizer, seed: 1 });
  const steps: { loss: number; gradientNorm: number; logitScale: number }[] = [];
  await train({
    ...{ model, pairs, dir: join(root, dir), steps: 3, batchSize: 8, logEvery: 1 },
    ...(objective !== undefined && { objective }),
    onEvent: (event) => event.type === 'step-end' && steps.push(event),
    ...options,
  });
  return steps;
};

test('clip written in TypeScript is clip', async () => {
  const native = await trainBy('clip', 'clip');
  const own = await trainBy('custom-clip', custom(clipLoss, { name: 'my clip', negativesPerPair: 0 }));
  expect(own).toHaveLength(3);
  for (const [step, { loss, gradientNorm, logitScale }] of native.entries()) {
    expect(Math.abs(own[step]!.loss - loss)).toBeLessThan(1e-6 * (step === 0 ? 1 : 100));
    expect(Math.abs(own[step]!.gradientNorm / gradientNorm - 1)).toBeLessThan(step === 0 ? 1e-5 : 1e-3);
    expect(own[step]!.logitScale).toBeCloseTo(logitScale, 4);
  }
});

test('a run with a loss of one’s own ends in the same bytes when it was stopped, and goes on under its name alone', async () => {
  const weights = (name: string) => readFile(join(root, name, 'model', 'model.safetensors'));
  await trainBy('custom-whole', custom(clipLoss));
  const controller = new AbortController();
  const onEvent = ({ type }: { type: string }) => type === 'step-end' && controller.abort(new Error('enough'));
  const stop = { signal: controller.signal, onEvent };
  await expect(trainBy('custom-stopped', custom(clipLoss), stop)).rejects.toThrow('enough');
  await expect(trainBy('custom-stopped', custom(clipLoss, { name: 'other' }))).rejects.toMatchObject({
    code: 'run-options-changed',
  });
  await trainBy('custom-stopped', custom(clipLoss));
  expect((await weights('custom-stopped')).equals(await weights('custom-whole'))).toBe(true);
});

test('gradients of the wrong size are refused, and a loss that is no number skips the step', async () => {
  const short = custom(() => ({ loss: 0, gradients: { image: new Float32Array(3), text: new Float32Array(3) } }));
  await expect(trainBy('custom-short', short)).rejects.toThrow('gradients.image must be a Float32Array');
  const broken = custom((batch) => ({ ...clipLoss(batch), loss: Number.NaN }));
  await expect(trainBy('custom-nan', broken)).rejects.toMatchObject({ code: 'loss-not-finite' });
});
