import { type Evaluation, evaluate, preparedTasks, type TaskReport } from '@anagram/core';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type CommonFlags, withCommonFlags } from '../flags.ts';
import { namesOf, openData } from '../open-data.ts';
import { loadModel } from '../open-model.ts';
import { runCommand } from '../run-command.ts';
import { scoreCells, share, table } from '../table.ts';

interface Flags extends CommonFlags {
  model: string;
  dir?: string;
}

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate <DATA...>')
    .description(
      'Measure a model on prepared pairs that it was not trained on: retrieval, and composition by category.',
    )
    .requiredOption('--model <folder>', 'the model, e.g. ./runs/a/model')
    .option('--dir <folder>', 'receives results.json');
  withCommonFlags(command, 'anagram evaluate ./held-out --model ./runs/a/model --dir ./results').action(
    (data: string[], flags: Flags) =>
      runCommand(flags, async ({ signal, onEvent }) => {
        const config = await readConfig(flags);
        const names = namesOf(data);
        const sets = await openData(data);
        const lists = await Promise.all(
          sets.map((pairs, i) => preparedTasks(pairs, { ...config('evaluate'), name: names[i]! })),
        );
        await using model = await loadModel(flags.model, config('model'));
        const knobs = { signal, onEvent, ...(flags.dir !== undefined && { dir: flags.dir }) };
        const results = await evaluate({ model, tasks: lists.flat(), ...knobs });
        return { json: results, lines: summary(results) };
      }),
  );
}

function summary(results: Evaluation): string[] {
  const rows = Object.values(results).flatMap((report) => [
    ...Object.entries(report.scores).map(([name, score]) => [
      `${report.task} ${name}`,
      ...scoreCells(score),
      share(report.chance[name]!),
    ]),
    ...meanRow(report),
  ]);
  const skipped = Object.values(results).flatMap(({ task, skipped }) =>
    skipped ? [`${task} was skipped: ${skipped.reason}`] : [],
  );
  return [...table(['score', 'value', '95 % interval', 'n', 'chance'], rows), ...skipped];
}

function meanRow(report: TaskReport): string[][] {
  return 'mean' in report ? [[`${report.task} mean of categories`, share(report.mean as number), '', '', '']] : [];
}
