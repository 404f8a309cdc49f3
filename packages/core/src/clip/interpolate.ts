import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import type { Knobs } from '../events.ts';
import { downloadModel } from '../hub/download-model.ts';
import { isHubReference } from '../hub/hub-reference.ts';
import { parseSettings } from '../settings.ts';
import { type ClipConfig, toNativeConfig } from './clip-config.ts';
import { ClipModel } from './clip-model.ts';
import { readModel } from './model-files.ts';

export interface InterpolateOptions extends Knobs {
  /** Folder, or `hf:owner/name`, of the model that fine-tuning began with. */
  start: string;
  /** Folder of the model that it came to. */
  tuned: string;
  /** 0 gives the start, 1 the tuned model; 0.5 is what the paper takes where nothing can be validated. */
  alpha: number;
  /** `cpu` (default), `cuda:0`, … */
  device?: string;
}

/**
 * The model between two of one architecture and one tokenizer, θ = (1 - alpha)·start + alpha·tuned over all weights, the
 * logit scale's logarithm and running statistics among them: WiSE-FT (Wortsman et al. 2022, arXiv:2109.01903), which keeps most of
 * the start's robustness with what was learned. Pictures are prepared as the tuned model's are. Read tensor by tensor: nothing but the result is held as a whole.
 * @throws AnagramError `model-mismatch` where the two differ in more than weights; `invalid-options`, `checkpoint-corrupt`, `download-failed`
 */
export async function interpolate({ start, tuned, alpha, device, ...knobs }: InterpolateOptions): Promise<ClipModel> {
  parseSettings('interpolate.alpha', z.number().min(0).max(1), alpha);
  const stored = await readModel(isHubReference(start) ? await downloadModel(start, knobs) : start);
  const model = await ClipModel.load(tuned, { ...knobs, ...(device !== undefined && { device }) });
  try {
    const differing = differences(stored.config, model.config);
    if (!isDeepStrictEqual(stored.tokenizer.identity(), model.tokenizer.identity())) differing.push('tokenizer');
    if (differing.length > 0) throw mismatch(start, tuned, differing);
    const handle = model.native;
    await stored.readTensors(handle.tensors(), async (name, values) => {
      const end = await handle.readTensor(name);
      await handle.writeTensor(name, alpha === 1 ? end : alpha === 0 ? values : between(values, end, alpha));
    });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function between(from: Float32Array, to: Float32Array, alpha: number): Float32Array {
  return from.map((value, i) => (1 - alpha) * value + alpha * to[i]!);
}

/** Dotted names of what two models were built with and is not the same. */
function differences(a: ClipConfig, b: ClipConfig): string[] {
  const [one, other] = [flatten(toNativeConfig(a)), flatten(toNativeConfig(b))];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) =>
    one.get(key) === other.get(key) ? [] : `${key} (${one.get(key)} and ${other.get(key)})`,
  );
}

function flatten(value: object, path = '', into = new Map<string, string>()): Map<string, string> {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && !Array.isArray(inner)) flatten(inner, `${path}${key}.`, into);
    else into.set(path + key, String(inner));
  }
  return into;
}

function mismatch(start: string, tuned: string, differing: readonly string[]): AnagramError<'model-mismatch'> {
  return new AnagramError(
    'model-mismatch',
    `${start} and ${tuned} differ in ${differing.join(', ')}. Expected two models of one architecture and one tokenizer: the one that training began with and the one that it came to.`,
    { path: tuned },
  );
}
