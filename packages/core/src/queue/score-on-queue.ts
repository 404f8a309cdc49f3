import { join, resolve } from 'node:path';
import { AnagramError } from '../errors.ts';
import type { Json } from '../pair.ts';
import { pause } from '../pause.ts';
import { chunkSize, doneChunks, type IngestContext } from '../prepare/ingest.ts';
import { digest } from '../prepare/records.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { type PartJob, PartQueue } from './part-queue.ts';

/** Where workers are found, and what they need to know. */
export interface QueueSettings {
  /** `redis://…`, `rediss://…` or `postgres://…`. */
  readonly url: string;
  /** Handed to the `open` of every worker, by way of the folder. No place for secrets. */
  readonly plan: Json;
}

const pollSeconds = 1;
/** A queue may forget: what the folder still lacks is added again. */
const pollsUntilAddedAgain = 60;
const pollsUntilWarned = 15;
const reasonsShown = 3;

/** File of a prepared folder that tells workers what its parts are made of. */
export function planPath(dir: string): string {
  return join(dir, 'work', 'plan.json');
}

/**
 * Lets workers read and score what a folder lacks, a chunk a job, and waits until it is there.
 * @param context.run Names source and verifier.
 * @throws AnagramError `queue-failed`; `parts-failed` where some failed, after all others are done.
 */
export async function scoreOnQueue(
  context: IngestContext & { readonly dir: string; readonly run: string },
  { url, plan }: QueueSettings,
): Promise<void> {
  const { source, work, run, emit, signal } = context;
  const dir = resolve(context.dir);
  let records = 0;
  for await (const _ of source.records({ wanted: () => false, ...(signal && { signal }) })) records++;
  const parts = Array.from({ length: Math.ceil(records / chunkSize) }, (_, part) => part);
  const before = await doneChunks(work);
  let left = parts.filter((part) => !before.has(part));
  if (left.length === 0) return;

  await writeAtomic(planPath(dir), JSON.stringify(plan));
  await using queue = await PartQueue.open(url);
  const idOf = (part: number) => digest([dir, run, part]);
  const jobsOf = (some: readonly number[]) =>
    new Map(some.map((part): [string, PartJob] => [idOf(part), { dir, part }]));
  await queue.add(jobsOf(left));
  const recordsDone = () => Math.min(records, (parts.length - left.length) * chunkSize);
  emit({
    type: 'stage-start',
    stage: 'prepare-queue',
    total: records,
    ...(before.size > 0 && { resumedFrom: recordsDone() }),
  });
  let failed = new Map<number, string>();
  for (let polls = 1; ; polls++) {
    await pause(pollSeconds, signal);
    const reasons = await queue.failed();
    const done = await doneChunks(work);
    left = left.filter((part) => !done.has(part));
    failed = new Map(left.flatMap((part) => (reasons.has(idOf(part)) ? [[part, reasons.get(idOf(part))!]] : [])));
    emit({ type: 'stage-progress', stage: 'prepare-queue', done: recordsDone(), total: records });
    if (failed.size === left.length) break;
    if (polls % pollsUntilAddedAgain === 0) await queue.add(jobsOf(left.filter((part) => !failed.has(part))));
    if (polls === pollsUntilWarned && !(await queue.hasWorkers())) {
      emit({ type: 'warning', message: 'no worker is connected to the queue. Start some: anagram worker --queue URL' });
    }
  }
  emit({ type: 'stage-end', stage: 'prepare-queue', done: recordsDone() });
  if (failed.size > 0) throw partsFailed(dir, failed);
}

function partsFailed(dir: string, failed: ReadonlyMap<number, string>): AnagramError {
  const parts = [...failed.keys()];
  const reasons = parts.slice(0, reasonsShown).map((part) => {
    const first = part * chunkSize;
    return `part ${part} (records ${first} to ${first + chunkSize - 1}): ${failed.get(part)}`;
  });
  const more = parts.length > reasonsShown ? `; and ${parts.length - reasonsShown} more` : '';
  return new AnagramError(
    'parts-failed',
    `${parts.length} ${parts.length === 1 ? 'part' : 'parts'} of ${dir} failed at every attempt: ${reasons.join('; ')}${more}. The others are done. Remove the cause and run the same command again: what failed is tried anew.`,
    { dir, parts },
  );
}
