import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { explainPickle, findPickledWeights } from './pickled-weights.ts';
import { openSafetensors, type StoredTensors } from './read-safetensors.ts';
import { openShards } from './sharded-safetensors.ts';

/** Whether a folder has weights of this name, in one file or in shards. */
export function hasWeights(dir: string, name: string): boolean {
  return existsSync(join(dir, name)) || existsSync(join(dir, indexOf(name)));
}

/**
 * Opens the weights of a model folder: one safetensors file, or the shards that an index beside it lists.
 * @param name Of the one file, such as `model.safetensors`.
 * @throws AnagramError `checkpoint-corrupt`; `model-mismatch` with the way to convert where there are pickled weights alone.
 */
export async function openWeights(dir: string, name: string): Promise<StoredTensors> {
  const path = join(dir, name);
  if (existsSync(path)) return openSafetensors(path);
  const index = join(dir, indexOf(name));
  if (existsSync(index)) return openShards(index);
  await refusePickled(dir, name);
  return openSafetensors(path);
}

/** @throws AnagramError `model-mismatch` where the folder has pickled weights. */
export async function refusePickled(dir: string, wanted: string): Promise<void> {
  const names = await findPickledWeights(dir);
  if (names.length > 0) throw new AnagramError('model-mismatch', explainPickle(dir, names, wanted), { path: dir });
}

function indexOf(name: string): string {
  return `${name}.index.json`;
}
