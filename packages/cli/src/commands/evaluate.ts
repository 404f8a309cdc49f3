import { evaluate, parseSettings, preparedTasks } from '@anagram/core';
import type { Command } from 'commander';
import * as z from 'zod';
import { given, readConfig, usage } from '../config.ts';
import { evaluationResult } from '../evaluation-result.ts';
import { type CommonFlags, collect, number, withCommonFlags } from '../flags.ts';
import { type BenchmarkFlags, openBenchmarks } from '../open-benchmark.ts';
import { namesOf, openData } from '../open-data.ts';
import { loadModel } from '../open-model.ts';
import { runCommand } from '../run-command.ts';

interface Flags extends CommonFlags, BenchmarkFlags {
  model: string;
  dir?: string;
  imageSize?: number;
}

/** Section `evaluate`: `benchmarks`, and what core's `preparedTasks` takes and checks. */
const sectionSchema = z.strictObject({
  benchmarks: z.unknown().optional(),
  name: z.unknown().optional(),
  limit: z.unknown().optional(),
  seed: z.unknown().optional(),
});

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate [DATA...]')
    .description(
      'Measure a model on prepared pairs that it was not trained on (retrieval, and composition by category), and on published benchmarks.',
    )
    .requiredOption('--model <folder>', 'the model, e.g. ./runs/a/model')
    .option('--dir <folder>', 'receives results.json')
    .option(
      '--image-size <pixels>',
      "width and height of the pictures; the model's positions are resized to it",
      number,
    )
    .option('--benchmark <name>', 'a published benchmark, e.g. sugar-crepe, negbench:coco (repeatable)', collect)
    .option('--annotations <folder>', "the benchmarks' annotation files, under their published names")
    .option('--images <folder>', "the benchmarks' pictures")
    .option('--ties <rule>', 'wrong, or official: broken as the owners do (default: wrong)');
  withCommonFlags(
    command,
    'anagram evaluate ./held-out --model ./runs/a/model --dir ./results',
    'anagram evaluate --model ./runs/a/model --benchmark sugar-crepe --annotations ./sugar-crepe/data --images ./val2017',
  ).action((data: string[], flags: Flags) =>
    runCommand(flags, async ({ signal, onEvent }) => {
      const config = await readConfig(flags);
      const { benchmarks, ...prepared } = config('evaluate');
      parseSettings('evaluate', sectionSchema, config('evaluate'));
      const published = openBenchmarks(flags, benchmarks);
      if (data.length === 0 && published.length === 0) {
        throw usage('evaluate', 'Expected a folder of prepared pairs, or --benchmark, e.g. --benchmark sugar-crepe.');
      }
      const names = namesOf(data);
      const sets = await openData(data);
      const lists = await Promise.all(sets.map((pairs, i) => preparedTasks(pairs, { ...prepared, name: names[i]! })));
      await using model = await loadModel(flags.model, {
        ...config('model'),
        ...given({ imageSize: flags.imageSize }),
      });
      const knobs = { signal, onEvent, ...(flags.dir !== undefined && { dir: flags.dir }) };
      return evaluationResult(await evaluate({ model, tasks: [...lists.flat(), ...published], ...knobs }));
    }),
  );
}
