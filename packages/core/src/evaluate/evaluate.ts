import { AnagramError } from '../errors.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { countCuts } from './count-cuts.ts';
import type { Embedder, Task, TaskReport } from './task.ts';

export interface EvaluateOptions<T extends readonly Task[]> extends Knobs {
  model: Embedder;
  tasks: T;
  /** Where `results.json` is written; nothing is written without it. */
  dir?: string;
}

/** Reports by task name. */
export type Evaluation = { readonly [task: string]: TaskReport };

/**
 * Runs each task on the model, one after the other.
 * @returns Reports by task name; every figure carries n and a 95 % bootstrap interval.
 * @throws AnagramError `invalid-options` where two tasks have the same name, before any is run.
 */
export async function evaluate<T extends readonly Task[]>({
  model,
  tasks,
  dir,
  ...knobs
}: EvaluateOptions<T>): Promise<Evaluation> {
  const names = tasks.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    const message = `evaluate.tasks: expected one task of each name, received two with the name "${twice}".`;
    throw new AnagramError('invalid-options', message, { where: 'evaluate.tasks' });
  }
  const emit = safeEmitter(knobs.onEvent);
  const reports: Record<string, TaskReport> = {};
  for (const task of tasks) {
    knobs.signal?.throwIfAborted();
    const counted = countCuts(model);
    const report = await task.run({ model: counted.model, ...knobs });
    const sentence = counted.cut.sentence();
    if (sentence !== null) emit({ type: 'warning', message: `${task.name}: ${sentence}` });
    reports[task.name] = sentence === null ? report : { ...report, cutTexts: counted.cut.count };
  }
  if (dir !== undefined) await writeAtomic(`${dir}/results.json`, `${JSON.stringify(reports, null, 2)}\n`);
  return reports;
}
