import { loadBinding } from '../../lib/index.ts';
import { batchOfPairs, plain, tiny } from '../tiny.ts';

export const binding = loadBinding();

/** A trainer of the smallest model, and steps that take a while: 64 pairs each. */
export async function makeTrainer() {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const batch = batchOfPairs(64, tiny, 1);
  return { model, trainer, step: () => trainer.step(batch, 1e-3) };
}
