import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import type { Json, Source } from '../pair.ts';
import { ChunkCursor } from '../prepare/chunk-cursor.ts';
import { doneChunks, ingestChunk } from '../prepare/ingest.ts';
import { requireSameRun } from '../prepare/run.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { type PartJob, workOnParts } from './part-queue.ts';
import { planPath } from './score-on-queue.ts';

/** What a worker opens for a folder. */
export interface OpenedPlan {
  readonly source: Source;
  readonly verifier: PairVerifier;
  /** Called when the worker is done with the folder. */
  close?(): void | Promise<void>;
}

export interface RunWorkerOptions extends Knobs {
  /** Ends the worker; the part that it is at goes back to the others. */
  signal: AbortSignal;
  /** `redis://…`, `rediss://…` or `postgres://…`, the same as in `prepare`. */
  queue: string;
  /** Makes source and verifier from what `prepare` was given as `queue.plan`. Called once for consecutive parts of one folder. */
  open(plan: Json, knobs: Knobs & { dir: string }): Promise<OpenedPlan>;
}

export interface WorkerReport {
  /** Parts that this worker read and scored, and attempts that failed. */
  readonly parts: number;
  readonly failures: number;
}

/**
 * Reads and scores parts for every `prepare` that puts them on the queue, one at a time, until it is stopped. What a part comes to lies
 * in the folder of its `prepare`, under the same path on all machines; a part that is there already is not made again, and one whose
 * worker dies is taken over.
 * @throws AnagramError `invalid-options`, `queue-failed`. What goes wrong with a part is reported to `prepare`.
 */
export async function runWorker(options: RunWorkerOptions): Promise<WorkerReport> {
  const { queue, open, signal, onEvent } = options;
  const emit = safeEmitter(onEvent);
  let [parts, failures] = [0, 0];
  let folder: Folder | null = null;
  const work = async ({ dir, part }: PartJob) => {
    if (folder?.dir !== dir) {
      await folder?.close();
      folder = null;
      folder = await openFolder(dir, open, { signal, onEvent: emit });
    }
    const count = await folder.ingest(part);
    if (count === null) return;
    parts++;
    emit({ type: 'shard-saved', path: `${dir}, part ${part}`, count });
  };
  const onFailure = ({ dir, part }: PartJob, reason: string) => {
    failures++;
    emit({ type: 'warning', message: `part ${part} of ${dir} failed: ${reason}` });
  };
  try {
    await workOnParts(queue, work, { signal, onFailure });
  } finally {
    await (folder as Folder | null)?.close();
  }
  return { parts, failures };
}

interface Folder {
  readonly dir: string;
  /** @returns Its records; null where it was there. */
  ingest(part: number): Promise<number | null>;
  close(): Promise<void>;
}

async function openFolder(
  dir: string,
  open: RunWorkerOptions['open'],
  knobs: Required<Pick<RunWorkerOptions, 'signal' | 'onEvent'>>,
): Promise<Folder> {
  const opened = await open(await readPlan(dir), { dir, ...knobs });
  const { source, verifier } = opened;
  const cursor = new ChunkCursor(source, knobs.signal);
  const closeAll = async () => {
    await cursor.close();
    await opened.close?.();
  };
  try {
    await requireSameRun(dir, source, verifier);
  } catch (error) {
    await closeAll();
    throw error;
  }
  const work = join(dir, 'work');
  const context = { source, verifier, work, emit: knobs.onEvent, signal: knobs.signal };
  return {
    dir,
    async ingest(number) {
      if ((await doneChunks(work)).has(number)) return null;
      const records = await cursor.take(number);
      await ingestChunk(context, { number, records });
      return records.length;
    },
    close: closeAll,
  };
}

async function readPlan(dir: string): Promise<Json> {
  try {
    return JSON.parse(await readFile(planPath(dir), 'utf8')) as Json;
  } catch (cause) {
    throw new AnagramError(
      'source-failed',
      `There is no ${planPath(dir)} on this machine. Expected the folder of the run that gave the part. Mount it here under the same path.`,
      { path: dir },
      { cause },
    );
  }
}
