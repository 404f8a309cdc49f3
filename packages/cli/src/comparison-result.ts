import { basename, dirname, join, resolve } from 'node:path';
import {
  compareEvaluations,
  type EvaluationComparison,
  readEvaluation,
  renderComparison,
  type SavedEvaluation,
  writeAtomic,
} from '@anagram/core';
import { usage } from './config.ts';
import { sampled } from './evaluation-result.ts';
import { exitCodes } from './exit-code.ts';
import { namesOf } from './open-data.ts';
import { requirePath } from './require-path.ts';
import type { CommandResult } from './run-command.ts';
import { count, share, table } from './table.ts';

/**
 * Compares results with those of the first path, score by score; several stand side by side as well. Exit code 3 where a task could
 * not be compared, 1 where none could.
 * @param paths Files `results.json`, or the folders with them.
 * @param dir Receives `comparison.html`.
 * @throws AnagramError `invalid-options`, `source-failed`, `write-failed`
 */
export async function comparisonResult(paths: readonly string[], dir?: string): Promise<CommandResult> {
  if (paths.length < 2) {
    throw usage('--compare', 'Expected two results or more, e.g. anagram evaluate ./results-a ./results-b --compare.');
  }
  for (const path of paths) requirePath('--compare', path, 'a folder with results.json');
  const all = await Promise.all(paths.map(readEvaluation));
  const names = namesOf(paths.map((path) => (basename(path) === 'results.json' ? dirname(resolve(path)) : path)));
  const against = all.slice(1).map(({ tasks }, at) => ({
    first: names[0]!,
    second: names[at + 1]!,
    ...compareEvaluations(all[0]!.tasks, tasks),
  }));
  if (dir !== undefined) await writeAtomic(join(dir, 'comparison.html'), renderComparison(against));
  const compared = new Set(against.flatMap(({ tasks }) => Object.keys(tasks)));
  const samples = Object.values(all[0]!.tasks).flatMap(({ task, limited }) =>
    limited && compared.has(task) ? [sampled(task, limited)] : [],
  );
  return {
    json: against,
    lines: [
      ...(all.length > 2 ? [...sideBySide(names, all), ''] : []),
      ...against.flatMap(differences),
      ...samples,
      ...(dir === undefined ? [] : [`report: ${join(dir, 'comparison.html')}`]),
    ],
    partial: against.some(({ refused }) => Object.keys(refused).length > 0),
    ...(compared.size === 0 && { exitCode: exitCodes.failed }),
  };
}

function sideBySide(names: readonly string[], all: readonly SavedEvaluation[]): string[] {
  const scores = new Set(
    all.flatMap(({ tasks }) => Object.values(tasks).flatMap(({ task, scores }) => keys(task, scores))),
  );
  const rows = [...scores].map((line) => {
    const [task, score] = JSON.parse(line) as [string, string];
    return [`${task} ${score}`, ...all.map(({ tasks }) => share(tasks[task]?.scores[score]?.value ?? null))];
  });
  return table(['score', ...names], rows);
}

function keys(task: string, scores: object): string[] {
  return Object.keys(scores).map((score) => JSON.stringify([task, score]));
}

function differences({
  first,
  second,
  tasks,
  refused,
}: EvaluationComparison & { first: string; second: string }): string[] {
  const rows = Object.entries(tasks).flatMap(([task, scores]) =>
    Object.entries(scores).map(([name, { first, second, difference, interval, p, n }]) => [
      `${task} ${name}`,
      share(first),
      share(second),
      signed(difference),
      `[${signed(interval[0])}, ${signed(interval[1])}]`,
      p.toFixed(3),
      count(n),
    ]),
  );
  const head = ['score', first, second, 'difference', '95 % interval', 'p', 'n'];
  return [...(rows.length > 0 ? table(head, rows) : []), ...Object.values(refused)];
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${share(Math.abs(value))}`;
}
