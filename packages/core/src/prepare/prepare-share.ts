import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import type { Source } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { requireFolderFor } from '../shard/folder-kind.ts';
import { heldLeases, takeLease } from '../shard/lease.ts';
import { requireUnlocked } from '../shard/lock.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { chunksOf, doneChunks, ingestChunk } from './ingest.ts';
import { requireSameRun } from './run.ts';

export interface PrepareShareOptions extends Knobs {
  /** The same as in every other share, and in `prepare`. */
  source: Source;
  verifier: PairVerifier;
  /** The folder of the later `prepare`, the same for all shares: on several machines one that all of them see. */
  dir: string;
  /** Which share, from 0 to `of` − 1. */
  index: number;
  /** Number of shares. */
  of: number;
}

export interface PreparedShare {
  readonly dir: string;
  /** Records of the source, and of this share. */
  readonly records: number;
  readonly own: number;
  /** Records that no share has read and scored so far. */
  readonly missing: number;
}

const optionsSchema = z
  .strictObject({ dir: z.string().min(1), index: z.int().min(0), of: z.int().min(1) })
  .refine(({ index, of }) => index < of, {
    path: ['index'],
    error: 'expected less than `of`: shares are counted from 0',
  });

/**
 * Reads and scores one share of a source into `dir/work`: the part of `prepare` that takes long and can be done in many places at
 * once. Share i has every `of`-th run of 256 records. When all are done, `prepare` in the same `dir` finds their work, decides and
 * writes what it would have written alone. The same call goes on where it was stopped.
 * @throws AnagramError `invalid-options`, `run-options-changed`, `dir-in-use`, `source-failed`, `write-failed`
 */
export async function prepareShare(options: PrepareShareOptions): Promise<PreparedShare> {
  const { source, verifier, signal, onEvent, ...plain } = options;
  const { dir, index, of } = parseSettings('prepareShare', optionsSchema, plain);
  const work = join(dir, 'work');
  const emit = safeEmitter(onEvent);
  signal?.throwIfAborted();
  requireFolderFor('prepared pairs', dir, 'prepareShare.dir');

  await using _lease = await takeLease(leasePath(dir, index, of), `share ${index}/${of} of ${dir}`);
  await requireUnlocked(dir);
  await requireSameRun(dir, source, verifier);
  const context = { source, verifier, work, emit, signal };
  const before = await doneChunks(work);
  const isOwn = (number: number) => number % of === index;
  const isMissing = (number: number) => isOwn(number) && !before.has(number);
  emit({ type: 'stage-start', stage: 'prepare-score', total: null });
  const sizes: number[] = [];
  let own = 0;
  for await (const chunk of chunksOf(source, isMissing, signal)) {
    sizes.push(chunk.records.length);
    if (isMissing(chunk.number)) await ingestChunk(context, chunk);
    if (isOwn(chunk.number)) own += chunk.records.length;
    emit({ type: 'stage-progress', stage: 'prepare-score', done: own, total: null });
    signal?.throwIfAborted();
  }
  emit({ type: 'stage-end', stage: 'prepare-score', done: own });
  const after = await doneChunks(work);
  const missing = sizes.reduce((sum, size, number) => sum + (after.has(number) ? 0 : size), 0);
  return { dir, records: sizes.reduce((sum, size) => sum + size, 0), own, missing };
}

/** @throws AnagramError `dir-in-use` while shares of a folder are being scored. */
export async function requireNoShares(dir: string): Promise<void> {
  const held = await heldLeases(join(dir, 'work', 'shares'));
  if (held.length === 0) return;
  const shares = held.map(({ name, owner }) => `${name.replace('-of-', '/')} (${owner})`).join(', ');
  throw new AnagramError(
    'dir-in-use',
    `Shares of ${dir} are still being scored: ${shares}. Expected all of them to have ended. Wait for them and run the same command again; a process that is gone is forgotten after a minute.`,
    { dir },
  );
}

function leasePath(dir: string, index: number, of: number): string {
  return join(dir, 'work', 'shares', `${index}-of-${of}`);
}
