import { evaluate, parseSettings, preparedTasks, requireHeldOut, type Task } from '@anagram/core';
import type { Command } from 'commander';
import * as z from 'zod';
import { comparisonResult } from '../comparison-result.ts';
import { given, readConfig, usage } from '../config.ts';
import { evaluationResult } from '../evaluation-result.ts';
import { type CommonFlags, collect, whole, withCommonFlags } from '../flags.ts';
import { type BenchmarkFlags, benchmarkList, openBenchmarks } from '../open-benchmark.ts';
import { namesOf, openData } from '../open-data.ts';
import { loadModel, requireModel } from '../open-model.ts';
import { openZeroShot, withZeroShotFlags, type ZeroShotFlags } from '../open-zero-shot.ts';
import { requirePath } from '../require-path.ts';
import { runCommand } from '../run-command.ts';
import { shellWord } from '../shell-word.ts';

interface Flags extends CommonFlags, BenchmarkFlags, ZeroShotFlags {
  model?: string;
  dir?: string;
  limit?: number;
  trainedOn?: string[];
  /** What DATA is without it too. */
  own?: boolean;
  compare?: boolean;
}

/** Section `evaluate`: `benchmarks`, `trainedOn`, and what core's `preparedTasks` takes and checks. */
export const evaluateSchema = z.strictObject({
  /** Published benchmarks, as by `--benchmark`, each with folders of its own. */
  benchmarks: benchmarkList.optional(),
  /** Prepared folders of the training, to be looked for in the tasks. */
  trainedOn: z.array(z.string().min(1)).default([]),
  name: z.string().exactOptional(),
  limit: z.number().exactOptional(),
  seed: z.number().exactOptional(),
});

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate [DATA...]')
    .description(
      'Measure a model on your own held-out pairs (retrieval, and composition by category), and on published benchmarks; or compare the results of two models.',
    )
    .option('--model <model>', 'the model: a folder, e.g. ./runs/a/model, or hf:owner/name')
    .option(
      '--dir <folder>',
      'receives results.json and report.html, or comparison.html; the same folder goes on where a run was stopped',
    )
    .option('--own', 'DATA are prepared pairs of your own that the model was not trained on (the default)')
    .option('--benchmark <name>', 'a published benchmark, e.g. sugar-crepe, negbench:coco (repeatable)', collect)
    .option('--annotations <folder>', "the benchmarks' annotation files, under their published names")
    .option('--images <folder>', "the benchmarks' pictures")
    .option('--ties <rule>', 'wrong, or official: broken as the owners do (default: wrong)')
    .option('--limit <n>', 'a sample: so many items of each benchmark, so many pairs of DATA', whole)
    .option(
      '--trained-on <folder>',
      'prepared pairs of the training, to be looked for in the tasks (repeatable)',
      collect,
    )
    .option('--compare', 'DATA are results of two models or more: differences, intervals and p');
  withCommonFlags(
    withZeroShotFlags(command),
    'anagram evaluate --own ./held-out --model ./runs/a/model --dir ./results',
    'anagram evaluate --model ./runs/a/model --benchmark sugar-crepe --annotations ./sugar-crepe/data --images ./val2017',
    'anagram evaluate --model ./runs/a/model --zero-shot ./imagenet/val --classes imagenet --templates imagenet',
    'anagram evaluate ./results-a ./results-b --compare',
  ).action((data: string[], flags: Flags) =>
    runCommand(flags, async ({ signal, onEvent }) => {
      if (flags.compare) {
        refuseOthers(command, flags);
        return comparisonResult(data, flags.dir);
      }
      const config = await readConfig(flags);
      const { benchmarks, trainedOn, name, ...section } = parseSettings('evaluate', evaluateSchema, config('evaluate'));
      const prepared = { ...section, ...given({ limit: flags.limit }) };
      const published = openBenchmarks(flags, benchmarks, flags.limit);
      const classified = await openZeroShot(flags);
      if (data.length === 0 && published.length === 0 && classified.length === 0) {
        const message =
          'Expected a folder of prepared pairs, or --benchmark, e.g. --benchmark sugar-crepe, or --zero-shot ./val.';
        throw usage('evaluate', message);
      }
      if (flags.model === undefined) throw usage('--model', 'Expected the model to measure, e.g. ./runs/a/model.');
      requireModel(flags.model);
      if (flags.annotations !== undefined)
        requirePath('--annotations', flags.annotations, 'the folder of annotation files');
      if (flags.images !== undefined) requirePath('--images', flags.images, 'the folder of the pictures');
      const names = namesOf(data).map((own) =>
        name === undefined ? own : data.length === 1 ? name : `${name}/${own}`,
      );
      const sets = await openData(data);
      await requireHeldOut(flags.model, sets, { signal, onEvent });
      const lists = await Promise.all(sets.map((pairs, i) => preparedTasks(pairs, { ...prepared, name: names[i]! })));
      await using model = await loadModel(flags.model, config('model'), { signal, onEvent });
      const training = [...trainedOn, ...(flags.trainedOn ?? [])];
      return evaluationResult(
        await evaluate({
          model,
          tasks: [...lists.flat(), ...published, ...classified],
          signal,
          onEvent,
          ...given({ dir: flags.dir }),
          ...(training.length > 0 && { trainedOn: training }),
        }),
        { ...given({ dir: flags.dir }), notes: lists.flatMap((tasks, i) => unmeasured(data[i]!, names[i]!, tasks)) },
      );
    }),
  );
}

/** Pairs without negatives give retrieval alone. */
function unmeasured(dir: string, name: string, tasks: readonly Task[]): string[] {
  if (tasks.map((task) => task.name).join() !== `${name}/retrieval`) return [];
  const command = `anagram negatives ${shellWord(dir)}`;
  return [
    `${name}: composition was not measured, none of the pairs that were drawn has negatives. Write them with \`${command}\`, or draw more with --limit, then run this again.`,
  ];
}

/** Results were measured already: what says how to measure has no place beside them. */
function refuseOthers(command: Command, flags: Flags): void {
  const other = command.options.find(
    (option) =>
      Object.hasOwn(flags, option.attributeName()) && !['--compare', '--dir', '--json'].includes(option.long!),
  );
  if (other) throw usage('--compare', `Expected results alone, received ${other.long} beside them.`);
}
