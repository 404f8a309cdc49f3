import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { calibrateRoutes, type RoutesReport, writeThresholds } from '@anagram/core';
import { usage } from './config.ts';
import { prepareAgain, readFilledBy } from './filled-by.ts';
import type { CommandContext, CommandResult } from './run-command.ts';
import { shellWord } from './shell-word.ts';
import { count, share, table } from './table.ts';

/** `anagram calibrate` of a folder that prepare has filled: a threshold for each route, by labels of its pairs. */
export async function calibrateFolder(
  dir: string,
  flags: { labels?: string; precision?: number; unproved?: 'nothing' | 'estimate'; out: string },
  settings: Readonly<Record<string, unknown>>,
  { signal }: CommandContext,
): Promise<CommandResult> {
  const { labels, precision, unproved, out } = flags;
  if (labels === undefined) {
    throw usage(
      '--labels',
      `Expected labels of the pairs that ${dir} keeps. Make them: anagram label ${shellWord(dir)} --by-route.`,
    );
  }
  const report = await calibrateRoutes(dir, {
    ...settings,
    ...{ labels, signal },
    ...(precision !== undefined && { target: { precision } }),
    ...(unproved !== undefined && { unproved }),
  });
  await writeThresholds(out, report.thresholds);
  const keeps = report.routes.some(({ kept }) => kept > 0);
  const filledBy = await readFilledBy(dir);
  const next = keeps && filledBy ? prepareAgain(dir, filledBy, out) : null;
  const known = next ? [filledBy?.tunePrompts ? 'Next:' : 'Next, without a model run:', next] : unknown(dir, out);
  const nothing = 'They would keep nothing: label more pairs, or take a lower --precision.';
  return { json: { ...report, out, next }, lines: [...lines(report, dir, out), ...(keeps ? known : [nothing])] };
}

/** The source and the settings of a folder that no command of this version filled. */
function unknown(dir: string, out: string): string[] {
  // Without one of its own, prepare would train another verifier there.
  const verifier = existsSync(join(dir, 'verifier')) ? '' : ' --verifier VERIFIER';
  return [
    `What filled ${dir} is not written there. Next, with its SOURCE${verifier && ', its VERIFIER'} and the settings of its generators as before, and without a model run:`,
    `anagram prepare SOURCE --dir ${shellWord(dir)}${verifier} --threshold ${shellWord(out)}`,
  ];
}

function lines({ routes, thresholds, strangers, statement }: RoutesReport, dir: string, out: string): string[] {
  const rows = routes.map(({ route, offered, labels, right, expected, threshold, kept, promise }) => [
    ...[route, count(offered), share(expected), count(labels), count(right)],
    ...[threshold === false ? 'none' : threshold.toFixed(4), count(kept), promise],
  ]);
  return [
    ...table(['route', 'pairs', 'expected', 'labels', 'right', 'threshold', 'kept', 'promise'], rows),
    '',
    ...routes.map((each) => `${each.route}: ${each.statement}`),
    statement,
    ...(strangers > 0 ? [`${count(strangers)} labels are of pairs that ${dir} does not keep, and are left out.`] : []),
    '',
    `${out} has these thresholds over the base of ${thresholds.base}.`,
  ];
}
