import type { Evaluation, TaskReport } from '@anagram/core';
import { exitCodes } from './exit-code.ts';
import type { CommandResult } from './run-command.ts';
import { scoreCells, share, table } from './table.ts';

/** The reports, and for people a line each score; exit code 3 where a task was skipped, 1 where all of them were. */
export function evaluationResult(results: Evaluation): CommandResult {
  const reports = Object.values(results);
  const skipped = reports.flatMap(({ task, skipped }) => (skipped ? [`${task} was skipped: ${skipped.reason}`] : []));
  const rows = reports.flatMap((report) => [
    ...Object.entries(report.scores).map(([name, score]) => [
      `${report.task} ${name}`,
      ...scoreCells(score),
      share(report.chance[name]!),
    ]),
    ...meanRow(report),
  ]);
  const scores = rows.length > 0 ? table(['score', 'value', '95 % interval', 'n', 'chance'], rows) : [];
  const nothing = reports.length > 0 && skipped.length === reports.length;
  return {
    json: results,
    lines: [...scores, ...skipped],
    partial: skipped.length > 0,
    ...(nothing && { exitCode: exitCodes.failed }),
  };
}

function meanRow(report: TaskReport): string[][] {
  return 'mean' in report ? [[`${report.task} mean of categories`, share(report.mean as number), '', '', '']] : [];
}
