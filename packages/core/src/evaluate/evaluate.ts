import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError, isAnagramError } from '../errors.ts';
import { type Knobs, type OnEvent, safeEmitter } from '../events.ts';
import { hashBytes } from '../image/hash.ts';
import { lockFolder } from '../shard/lock.ts';
import type { PreparedPairs } from '../shard/open-pairs.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { countCuts } from './count-cuts.ts';
import { cachedEmbedder, type HashedEmbedder } from './embedding-cache.ts';
import { renderEvaluation } from './page/render-evaluation.ts';
import { thumbnailsOf } from './page/thumbnails.ts';
import { readEvaluation, resultsFile, type SavedEvaluation, writeEvaluation } from './results.ts';
import type { Embedder, RunOptions, Task, TaskReport } from './task.ts';
import { readTrainingContent } from './training-content.ts';

export interface EvaluateOptions<T extends readonly Task[]> extends Knobs {
  model: Embedder;
  tasks: T;
  /**
   * Receives `results.json`, `report.html`, and what makes the next run cheap: finished tasks are not run again, and no text or picture is embedded
   * twice. It belongs to one model. Nothing is written without it.
   */
  dir?: string;
  /** Prepared pairs that the model was trained on, or their folders: each report says then what of its task stood there. */
  trainedOn?: PreparedPairs | string | readonly (PreparedPairs | string)[];
}

/** Reports by task name. */
export type Evaluation = { readonly [task: string]: TaskReport };

/**
 * Runs each task on the model, one after the other. A task that fails does not stop the others: its report says why.
 *
 * With `dir`, a stopped run goes on where it was: a report stays while model, items, annotation files, pictures and settings of its
 * task are the same. Reports of other tasks in the same `dir` stay too.
 * @returns Reports by task name; every figure carries n and a 95 % bootstrap interval.
 * @throws AnagramError `invalid-options` where two tasks have the same name, before any is run; `run-options-changed` where `dir` holds
 * the results of another model; `dir-in-use`; `write-failed`; `source-failed` for `trainedOn` and a `results.json` that cannot be read.
 */
export async function evaluate<T extends readonly Task[]>({
  model,
  tasks,
  dir,
  trainedOn: sets,
  ...knobs
}: EvaluateOptions<T>): Promise<Evaluation> {
  refuseTwice(tasks);
  await using _ = dir === undefined ? null : await lockFolder(dir);
  const kept = isHashed(model) && dir !== undefined;
  const embedder = kept ? await cachedEmbedder(model, join(dir, 'embeddings'), knobs) : model;
  const hash = dir === undefined ? null : ((await embedder.hash?.()) ?? null);
  const before = dir === undefined ? null : await openResults(dir, hash);
  const trainedOn =
    sets === undefined ? undefined : await readTrainingContent(sets, { ...knobs, ...(dir !== undefined && { dir }) });
  const emit = safeEmitter(knobs.onEvent);
  const reports: Record<string, TaskReport> = {};
  const fingerprints: Record<string, string> = {};
  const save = async () => {
    if (dir === undefined) return;
    const evaluation = {
      tasks: { ...reports, ...without(before?.tasks, reports) },
      fingerprints: { ...fingerprints, ...without(before?.fingerprints, reports) },
    };
    await writeEvaluation(dir, { version: 1, model: hash, ...evaluation });
  };
  await save();
  for (const task of tasks) {
    knobs.signal?.throwIfAborted();
    const fingerprint = dir === undefined ? null : await fingerprintOf(task, trainedOn?.fingerprint);
    const finished = fingerprint !== null && before?.fingerprints[task.name] === fingerprint;
    if (finished) {
      reports[task.name] = before.tasks[task.name]!;
      emit({ type: 'stage-end', stage: task.name, done: 0, note: 'done before' });
    } else {
      reports[task.name] = await runTask(task, { model: embedder, ...(trainedOn && { trainedOn }), ...knobs }, emit);
    }
    if (fingerprint !== null && isFinished(reports[task.name]!)) fingerprints[task.name] = fingerprint;
    await save();
  }
  if (dir !== undefined) {
    const thumbnails = await thumbnailsOf(tasks, reports, knobs.signal);
    const all = { ...reports, ...without(before?.tasks, reports) };
    await writeAtomic(join(dir, 'report.html'), renderEvaluation(all, { thumbnails }));
  }
  return reports;
}

/** What was not scored is tried again. */
function isFinished({ skipped, failed }: TaskReport): boolean {
  return skipped === undefined && failed === undefined;
}

function isHashed(model: Embedder): model is HashedEmbedder {
  return model.hash !== undefined;
}

function refuseTwice(tasks: readonly Task[]): void {
  const names = tasks.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice === undefined) return;
  const message = `evaluate.tasks: expected one task of each name, received two with the name "${twice}".`;
  throw new AnagramError('invalid-options', message, { where: 'evaluate.tasks' });
}

/** What the folder holds of this model; null for a new one, and for a model without a hash. */
async function openResults(dir: string, model: string | null): Promise<SavedEvaluation | null> {
  if (!existsSync(join(dir, resultsFile))) return null;
  const before = await readEvaluation(dir);
  if (before.model === model) return model === null ? null : before;
  const short = (hash: string | null) => (hash === null ? 'one without a hash' : `${hash.slice(0, 12)}…`);
  throw new AnagramError(
    'run-options-changed',
    `${dir} holds the results of another model. Expected model ${short(before.model)}, received ${short(model)}. Choose another dir, or remove ${join(dir, resultsFile)}.`,
    { dir, changed: ['model'] },
  );
}

/** null where a task has none, or cannot tell it because its files cannot be read: it is run then, and says so itself. */
async function fingerprintOf(task: Task, trainedOn: string | undefined): Promise<string | null> {
  try {
    const own = await task.fingerprint?.();
    return own === undefined ? null : hashBytes(JSON.stringify([own, trainedOn ?? null]));
  } catch {
    return null;
  }
}

async function runTask(task: Task, options: RunOptions, emit: OnEvent): Promise<TaskReport> {
  try {
    const counted = countCuts(options.model);
    const report = await task.run({ ...options, model: counted.model });
    const sentence = counted.cut.sentence();
    if (sentence === null) return report;
    emit({ type: 'warning', message: `${task.name}: ${sentence}` });
    return { ...report, cutTexts: counted.cut.count };
  } catch (error) {
    // What would end every other task as well ends the run.
    if (
      options.signal?.aborted ||
      isAnagramError(error, 'write-failed') ||
      isAnagramError(error, 'native-not-loaded')
    ) {
      throw error;
    }
    const message = error instanceof Error ? error.message : String(error);
    emit({ type: 'warning', message: `${task.name} failed: ${message}` });
    const failed = { code: isAnagramError(error) ? error.code : null, message };
    return { task: task.name, failed, scores: {}, chance: {}, ties: 0, failures: [] };
  }
}

function without<T>(
  values: { readonly [task: string]: T } | undefined,
  names: { readonly [task: string]: unknown },
): { [task: string]: T } {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => !Object.hasOwn(names, name)));
}
