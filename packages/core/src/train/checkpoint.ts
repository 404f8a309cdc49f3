import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NativeTrainer, TensorInfo } from '@anagram/native';
import * as z from 'zod';
import type { ClipModel } from '../clip/clip-model.ts';
import { openSafetensors } from '../clip/read-safetensors.ts';
import { writeSafetensors } from '../clip/write-safetensors.ts';
import { AnagramError, isAnagramError } from '../errors.ts';
import { syncFolder, writeAtomic } from '../shard/write-atomic.ts';

const kept = 2;
const folder = /^checkpoint-(\d+)$/;
const partial = '.partial';

const stateSchema = z.strictObject({
  version: z.literal(1),
  /** Steps done. */
  step: z.int().nonnegative(),
  /** Adam's t: steps whose gradient was finite. */
  applied: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  skippedInRow: z.int().nonnegative(),
  imagesSeen: z.int().nonnegative(),
  /** Texts of the batches that were cut to the context. */
  cutTexts: z.int().nonnegative().default(0),
  lastLoss: z.number().nullable(),
  /** Bytes of log.jsonl that belong to the steps done. */
  logBytes: z.int().nonnegative(),
  /** Draws from each stratum of each set. */
  cursors: z.array(z.array(z.int().nonnegative())),
  /** Curriculum: error by category as the last batch knew it, and the results it did not know yet. */
  errors: z.record(z.string(), z.number()),
  pending: z.array(
    z.strictObject({
      step: z.int().nonnegative(),
      categories: z.record(z.string(), z.tuple([z.int(), z.int()])),
    }),
  ),
});

/** Where a run stands, apart from its tensors. */
export type RunState = z.output<typeof stateSchema>;

export const freshState: RunState = {
  version: 1,
  step: 0,
  applied: 0,
  skipped: 0,
  skippedInRow: 0,
  imagesSeen: 0,
  cutTexts: 0,
  lastLoss: null,
  logBytes: 0,
  cursors: [],
  errors: {},
  pending: [],
};

export interface Trained {
  readonly model: ClipModel;
  readonly trainer: NativeTrainer;
}

/** Writes `checkpoint-STEP` whole or not at all, and removes all but the last two. @returns its path. */
export async function saveCheckpoint(dir: string, { model, trainer }: Trained, state: RunState): Promise<string> {
  const path = join(dir, `checkpoint-${state.step}`);
  await writeFolder(path, async (draft) => {
    const source = (tensors: TensorInfo[], read: (name: string) => Promise<Float32Array>) =>
      tensors.map(({ name, shape }) => ({ name, shape, read: () => read(name) }));
    const { native } = model;
    await writeSafetensors(
      join(draft, 'weights.safetensors'),
      source(native.tensors(), (name) => native.readTensor(name)),
    );
    await writeSafetensors(
      join(draft, 'optimizer.safetensors'),
      source(trainer.stateTensors(), (name) => trainer.readState(name)),
    );
    await writeAtomic(join(draft, 'state.json'), `${JSON.stringify(state, null, 1)}\n`);
  });
  for (const step of (await checkpointSteps(dir)).slice(kept)) {
    await rm(join(dir, `checkpoint-${step}`), { recursive: true, force: true });
  }
  return path;
}

/** Fills a folder under another name and puts it into place in one go; what stood there is replaced. */
export async function writeFolder(path: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const draft = path + partial;
  await rm(draft, { recursive: true, force: true });
  await fill(draft);
  await rm(path, { recursive: true, force: true });
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/**
 * Restores the newest checkpoint that can be read.
 * @param warn Told about checkpoints that were passed over.
 * @returns null where there is none.
 * @throws AnagramError `checkpoint-corrupt` where there are some and none can be read.
 */
export async function restoreCheckpoint(
  dir: string,
  trained: Trained,
  warn: (message: string) => void,
): Promise<RunState | null> {
  let failure: AnagramError | undefined;
  for (const step of await checkpointSteps(dir)) {
    try {
      return await restore(join(dir, `checkpoint-${step}`), trained);
    } catch (error) {
      if (!isAnagramError(error, 'checkpoint-corrupt')) throw error;
      failure = error;
      warn(`${error.message} The checkpoint before it is tried.`);
    }
  }
  if (failure) throw failure;
  return null;
}

/** Steps of the whole checkpoints, newest first. */
export async function checkpointSteps(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch(() => []);
  return names
    .flatMap((name) => folder.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

async function restore(path: string, { model, trainer }: Trained): Promise<RunState> {
  const state = await readState(join(path, 'state.json'));
  await using weights = await openSafetensors(join(path, 'weights.safetensors'));
  await using optimizer = await openSafetensors(join(path, 'optimizer.safetensors'));
  const parts = [
    { file: weights, tensors: model.native.tensors(), write: model.native.writeTensor.bind(model.native) },
    { file: optimizer, tensors: trainer.stateTensors(), write: trainer.writeState.bind(trainer) },
  ];
  for (const { file, tensors } of parts) {
    for (const { name, shape } of tensors) {
      const stored = file.tensors.get(name);
      if (String(stored?.shape) !== String(shape)) {
        throw corrupt(file.path, `tensor ${name} has shape [${stored?.shape ?? 'none'}] instead of [${shape}]`);
      }
    }
  }
  for (const { file, tensors, write } of parts) {
    for (const { name } of tensors) await write(name, await file.read(name));
  }
  trainer.setStepCount(state.applied);
  return state;
}

async function readState(path: string): Promise<RunState> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw corrupt(path, cause instanceof z.ZodError ? 'it is malformed' : (cause as Error).message);
  }
}

function corrupt(path: string, why: string): AnagramError<'checkpoint-corrupt'> {
  return new AnagramError('checkpoint-corrupt', `${path} cannot be used: ${why}. Expected a whole checkpoint.`, {
    path,
  });
}
