import { expect, it } from 'vitest';
import type { NativeClipConfig } from '../lib/index.ts';
import { loadBinding } from '../lib/index.ts';
import { readSafetensors } from './golden/read-safetensors.ts';
import { largestDifference } from './objective-batch.ts';
import { batchOfPairs, plain } from './tiny.ts';

const binding = loadBinding();
const golden = readSafetensors(new URL('golden/lora.safetensors', import.meta.url));
const towers = readSafetensors(new URL('golden/towers.safetensors', import.meta.url));
const label = golden.metadata.label!;
const config = (JSON.parse(towers.metadata.configs!) as Record<string, NativeClipConfig>)[label]!;
const { learningRate, rank, alpha, ...settings } = JSON.parse(golden.metadata.settings!) as Record<
  'learningRate' | 'rank' | 'alpha' | 'beta1',
  number
>;

/** On every projection of both towers, under the names of the golden. */
function adapters(matrices: readonly { name: string; shape: number[] }[]) {
  return matrices.flatMap(({ name: matrix, shape: [rows] }) => {
    const joint = /^(.*\.attn)\.in_proj_weight$/.exec(matrix)?.[1];
    const third = rows! / 3;
    if (joint) {
      const letters = ['q', 'k', 'v'].entries();
      return [...letters].map(([i, q]) => ({ name: `${joint}.${q}_proj`, matrix, begin: i * third, rows: third }));
    }
    const own = /^(.*\.out_proj)\.weight$/.exec(matrix)?.[1];
    return own ? [{ name: own, matrix, begin: 0, rows: rows! }] : [];
  });
}

it('has the losses, the gradients of A and B and the merged weights of PEFT, computed in double precision', async () => {
  const model = await binding.createModel(config, 1, 'cpu');
  const tensors = model.tensors();
  for (const { name } of tensors) await model.writeTensor(name, towers.floats(`${label}/weights/${name}`));
  const targets = adapters(tensors);
  expect(targets).toHaveLength(2 * 2 * 4);
  const trainer = await binding.createTrainer(model, {
    ...plain,
    ...settings,
    frozen: tensors.map(({ name }) => name),
    lora: { rank, alpha, seed: 1, adapters: targets },
  });
  const parts = targets.flatMap(({ name }) => [`${name}.lora_A`, `${name}.lora_B`]);
  for (const name of parts) await trainer.writeState(name, golden.floats(`start/${name}`));
  const batch = {
    ...batchOfPairs(towers.integers('lengths').length, config, 1),
    images: towers.bytes(`${label}/pixels`),
    texts: towers.integers('texts'),
    textLengths: towers.integers('lengths'),
  };
  // A step of rate 0 puts what was written into the model; its moments and its count are taken back.
  await trainer.step(batch, 0);
  for (const { name, shape } of trainer.stateTensors()) {
    if (name.startsWith('exp_avg')) await trainer.writeState(name, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  }
  trainer.setStepCount(0);

  const losses: number[] = [];
  for (let step = 1; step <= 3; step++) {
    losses.push((await trainer.step(batch, learningRate)).loss);
    if (step > 1) continue;
    for (const name of parts) {
      const moment = await trainer.readState(`exp_avg.${name}`);
      const gradient = moment.map((value) => value / (1 - settings.beta1));
      expect(largestDifference(gradient, golden.floats(`clippedGradient/${name}`)), name).toBeLessThan(1e-5);
    }
  }
  expect(largestDifference(losses, golden.floats('losses'))).toBeLessThan(1e-5);
  for (const matrix of new Set(targets.map((target) => target.matrix))) {
    const expected = golden.floats(`merged/${matrix}`);
    expect(largestDifference(await model.readTensor(matrix), expected), matrix).toBeLessThan(1e-5);
  }
  trainer.dispose();
  model.dispose();
});
