import { join } from 'node:path';
import type { NativeTrainer } from '@anagram/native';
import { naturalLayout } from '../clip/clip-config.ts';
import type { ClipModel } from '../clip/clip-model.ts';
import { writeSafetensors } from '../clip/write-safetensors.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { ResolvedSettings } from './settings.ts';

/** A state of the trainer that is A or B, and no moment of theirs. */
const part = /^(?!exp_avg)(.*)\.lora_([AB])$/;
const block = /^(visual\.)?transformer\.resblocks\.(\d+)\.attn\.(\w+)$/;

/**
 * Writes the adapters alone, A (rank, in) and B (out, rank), as `adapter_model.safetensors` and `adapter_config.json` of PEFT:
 * `PeftModel.from_pretrained` puts them on the transformers model that training began with. Where transformers has no such
 * model, or one of the projections is no module of it (SigLIP's pool), all tensors keep open_clip's names.
 */
export async function saveAdapter(
  dir: string,
  model: ClipModel,
  trainer: NativeTrainer,
  { rank, alpha = rank }: NonNullable<ResolvedSettings['lora']>,
): Promise<void> {
  const parts = trainer.stateTensors().flatMap(({ name, shape }) => {
    const [, adapter, letter] = part.exec(name) ?? [];
    return adapter === undefined ? [] : [{ name, shape, adapter, letter }];
  });
  const known = naturalLayout(model.config) === 'transformers' && parts.every(({ adapter }) => block.test(adapter));
  const tensors = parts.map(({ name, shape, adapter, letter }) => ({
    name: `base_model.model.${known ? inTransformers(adapter) : adapter}.lora_${letter}.weight`,
    shape,
    read: () => trainer.readState(name),
  }));
  await writeSafetensors(join(dir, 'adapter_model.safetensors'), tensors);
  const modules = tensors.map(({ name }) => name.replace(/^base_model\.model\.|\.lora_[AB]\.weight$/g, ''));
  const config = {
    peft_type: 'LORA',
    task_type: null,
    base_model_name_or_path: null,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    target_modules: [...new Set(modules)],
  };
  await writeAtomic(join(dir, 'adapter_config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

function inTransformers(adapter: string): string {
  const [, visual, layer, projection] = block.exec(adapter)!;
  return `${visual ? 'vision' : 'text'}_model.encoder.layers.${layer}.self_attn.${projection}`;
}
