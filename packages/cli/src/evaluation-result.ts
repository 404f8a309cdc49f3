import { join } from 'node:path';
import type { CategoryReport, Contamination, Evaluation, TaskReport } from '@anagram/core';
import { exitCodes } from './exit-code.ts';
import type { CommandResult } from './run-command.ts';
import { count, scoreCells, share, table } from './table.ts';

const shownFailures = 10;

/**
 * The reports, and for people a line each score; exit code 3 where a task was not scored, 1 where none was.
 * @param dir Where they were written.
 * @param notes Sentences about what was not measured.
 */
export function evaluationResult(
  results: Evaluation,
  { dir, notes = [] }: { dir?: string; notes?: readonly string[] } = {},
): CommandResult {
  const reports = Object.values(results);
  const open = reports.flatMap(({ task, skipped, failed }) => {
    if (skipped) return [`${task} was skipped: ${skipped.reason}`];
    return failed ? [`${task} failed: ${failed.message}`] : [];
  });
  const rows = reports.flatMap((report) =>
    Object.entries(report.scores).map(([name, score]) => [
      `${titleOf(report)} ${name}`,
      ...scoreCells(score),
      share(report.chance[name] ?? null),
      ...blindCells(report, name),
    ]),
  );
  const head = ['score', 'value', '95 % interval', 'n', 'chance', 'text only', 'image only'];
  const nothing = reports.length > 0 && open.length === reports.length;
  return {
    json: Object.fromEntries(Object.entries(results).map(([name, report]) => [name, brief(report)])),
    lines: [
      ...(rows.length > 0 ? table(head, rows) : []),
      ...[...reports.flatMap(remarks), ...open, ...notes, ...written(dir)],
    ],
    partial: open.length > 0,
    ...(nothing && { exitCode: exitCodes.failed }),
  };
}

function written(dir: string | undefined): string[] {
  return dir === undefined ? [] : [`report: ${join(dir, 'report.html')}`];
}

/** Without what only results.json is for: every decision, and failures beyond the worst. */
function brief({ outcomes: _, failures, ...report }: TaskReport): object {
  return { ...report, failures: failures.slice(0, shownFailures) };
}

/** A score of a sample is never shown under the name of the whole. */
function titleOf({ task, limited }: TaskReport): string {
  return limited ? `${task} (${count(limited.drawn)} of ${count(limited.of)} ${limited.what})` : task;
}

/** The best that is had without pictures, and without texts. */
function blindCells({ baselines = {} }: TaskReport, name: string): [string, string] {
  const { imageOnly, ...textsAlone } = baselines;
  const best = Math.max(...Object.values(textsAlone).map((values) => values[name] ?? Number.NEGATIVE_INFINITY));
  return [share(Number.isFinite(best) ? best : null), share(imageOnly?.[name] ?? null)];
}

function remarks(report: TaskReport): string[] {
  const { task, limited, contamination } = report;
  const lines: string[] = [];
  if (limited) lines.push(sampled(task, limited));
  if ('weakest' in report && report.weakest) lines.push(weakest(report));
  if (contamination) lines.push(contaminated(report, contamination));
  return lines;
}

export function sampled(task: string, { drawn, of, what }: NonNullable<TaskReport['limited']>): string {
  return `${task} was scored on ${count(drawn)} of ${count(of)} ${what}: these are no figures of the whole.`;
}

function weakest(report: TaskReport): string {
  const { category, metric, score } = (report as CategoryReport).weakest!;
  const auroc = (report as CategoryReport).detectability[category];
  const apart =
    auroc === null || auroc === undefined ? '' : `; its texts are told apart unseen with AUROC ${share(auroc)}`;
  return `${report.task} weakest: ${category} ${metric} ${share(score.value)} (n ${count(score.n)}, chance ${share(report.chance[`${category}.${metric}`]!)}${apart})`;
}

function contaminated({ task }: TaskReport, { texts, pictures, items, rest, trainedOn }: Contamination): string {
  const of = (part: { count: number; of: number }, what: string) => `${count(part.count)} of ${count(part.of)} ${what}`;
  const parts = [of(texts, 'texts'), of(pictures, 'pictures'), of(items, 'items')].join(', ');
  const others = Object.entries(rest).map(([name, { value, n }]) => `${name} ${share(value)} (n ${count(n)})`);
  const without = items.count === 0 ? '' : ` Without these: ${others.join(', ') || 'nothing is left'}.`;
  return `${task} stood in ${trainedOn.join(', ')}: ${parts}.${without}`;
}
