import { expect, it } from 'vitest';
import type { NativeClipConfig } from '../lib/index.ts';
import { loadBinding } from '../lib/index.ts';
import { readSafetensors } from './golden/read-safetensors.ts';
import { largestDifference } from './objective-batch.ts';
import { batchWithNegatives, plain, random, texts, tiny } from './tiny.ts';

const binding = loadBinding();
const golden = readSafetensors(new URL('golden/knowledge.safetensors', import.meta.url));
const { embedDim, layers, ...sizes } = JSON.parse(golden.metadata.shape!) as Record<
  'embedDim' | 'layers' | 'width' | 'heads' | 'mlpRatio' | 'vocabSize',
  number
>;
const rows = JSON.parse(golden.metadata.rows!) as number[];
const count = JSON.parse(golden.metadata.count!) as number;
const weight = 0.4;
const config: NativeClipConfig = {
  ...tiny,
  embedDim,
  text: { ...tiny.text, ...sizes },
  knowledge: { layers, weight },
};
const triples = {
  tokens: golden.integers('tokens'),
  lengths: golden.integers('lengths'),
  texts: golden.integers('texts'),
};

async function modelOf(given: NativeClipConfig) {
  const model = await binding.createModel(given, 1, 'cpu');
  const names = golden.names.filter((name) => name.startsWith('weights/'));
  for (const name of names) await model.writeTensor(name.slice('weights/'.length), golden.floats(name));
  return model;
}

it("adds what PyTorch's encoder makes of the triples, and has no other tensors of its own", async () => {
  const model = await modelOf(config);
  const own = model.tensors().filter(({ name }) => name.startsWith('knowledge.'));
  const stored = golden.names.filter((name) => name.startsWith('weights/knowledge.'));
  expect(own.map(({ name }) => `weights/${name}`).sort()).toEqual(stored.sort());

  const { ids, lengths } = texts(count, config, random(3));
  const before = await model.encodeTexts(ids, lengths);
  const after = await model.encodeTexts(ids, lengths, triples);
  const knowledge = golden.floats('knowledge');
  const expected = Float32Array.from(before);
  rows.forEach((row, at) => {
    const sum = Array.from(
      { length: embedDim },
      (_, i) => before[row * embedDim + i]! + weight * knowledge[at * embedDim + i]!,
    );
    expected.set(
      sum.map((value) => value / Math.hypot(...sum)),
      row * embedDim,
    );
  });
  expect(largestDifference(after, expected)).toBeLessThan(1e-5);
  model.dispose();
});

it.each([
  ['texts', { texts: triples.texts.map((row) => row + count) }, /triples\.texts\[\d\] must lie from 0 to 5/],
  ['tokens', { tokens: new Int32Array(7) }, /triples\.tokens must have 10 × 3 × C values, C at least 1, received 7/],
  ['lengths', { lengths: new Int32Array(30) }, /triples\.lengths\[0\] must lie from 1 to 3/],
])('refuses %s that fit no text', async (_, wrong, message) => {
  const model = await modelOf(config);
  const { ids, lengths } = texts(count, config, random(3));
  await expect(model.encodeTexts(ids, lengths, { ...triples, ...wrong })).rejects.toThrow(message);
  model.dispose();
});

it('a step changes what reads the triples of its batch', async () => {
  const model = await modelOf(config);
  const trainer = await binding.createTrainer(model, plain);
  const batch = batchWithNegatives(3, config, 1);
  await trainer.step({ ...batch, triples }, 1e-3);
  const moved = await model.readTensor('knowledge.projection');
  expect(largestDifference(moved, golden.floats('weights/knowledge.projection'))).toBeGreaterThan(1e-4);
  trainer.dispose();
  model.dispose();
});
