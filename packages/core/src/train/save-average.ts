import type { NativeTrainer } from '@anagram/native';
import { naturalLayout } from '../clip/clip-config.ts';
import type { ClipModel } from '../clip/clip-model.ts';
import { writeModel } from '../clip/model-files.ts';

const prefix = 'ema.';

/** Writes the model whose weights are the run's moving average; what the run does not change is the model's own. */
export async function saveAverage(dir: string, model: ClipModel, trainer: NativeTrainer): Promise<void> {
  const averaged = new Set(trainer.stateTensors().flatMap(({ name }) => (name.startsWith(prefix) ? name : [])));
  const read = (name: string) =>
    averaged.has(prefix + name) ? trainer.readState(prefix + name) : model.native.readTensor(name);
  const { config, tokenizer } = model;
  await writeModel(dir, naturalLayout(config), {
    config,
    tokenizer,
    tensors: model.native.tensors(),
    read,
  });
}
