import { type CalibrateOptions, type CalibrationReport, calibrate, Verifier } from '@anagram/core';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type CommonFlags, number, withCommonFlags } from '../flags.ts';
import { openSource } from '../open-source.ts';
import { requirePath } from '../require-path.ts';
import { runCommand } from '../run-command.ts';
import { count, share, table } from '../table.ts';

interface Flags extends CommonFlags {
  verifier: string;
  labels?: string;
  precision?: number;
  guarantee?: boolean;
}

const sweepRows = 12;

export function addCalibrate(program: Command): void {
  const command = program
    .command('calibrate <SOURCE>')
    .description("Choose a verifier's threshold from labelled pairs, and save it with the verifier.")
    .requiredOption('--verifier <folder>', 'what prepare trained, e.g. ./data/verifier')
    .option(
      '--labels <file>',
      'JSONL of {"id": "…", "right": true}, about 200 lines; without it the threshold is a rough estimate',
    )
    .option('--precision <share>', 'right among kept that is wanted (default: 0.95)', number)
    .option('--guarantee', 'prove the precision by the labels alone, at some cost in recall');
  withCommonFlags(
    command,
    'anagram calibrate ./photos --verifier ./data/verifier --labels labels.jsonl --precision 0.95',
  ).action((source: string, flags: Flags) =>
    runCommand(flags, async ({ signal, onEvent }) => {
      const config = await readConfig(flags);
      const pairs = openSource(source, config('source'));
      requirePath('--verifier', flags.verifier, 'what prepare trained, e.g. ./data/verifier');
      if (flags.labels !== undefined)
        requirePath('--labels', flags.labels, 'a JSONL file of {"id": "…", "right": true}');
      await using verifier = await Verifier.load(flags.verifier);
      const target = flags.precision === undefined ? {} : { target: { precision: flags.precision } };
      const report = await calibrate({
        ...config('calibrate'),
        ...target,
        ...(flags.labels !== undefined && { labels: flags.labels }),
        ...(flags.guarantee && { guarantee: true }),
        ...{ verifier, source: pairs, signal, onEvent },
      } as CalibrateOptions);
      return { json: report, lines: summary(report) };
    }),
  );
}

function summary(report: CalibrationReport): string[] {
  const { threshold, precision, recall, keep, baseRate, labels, pairs, sweep, statement } = report;
  const { labelled } = precision;
  const every = Math.max(1, Math.ceil(sweep.length / sweepRows));
  const rows = sweep
    .filter((_, i) => i % every === 0 || i === sweep.length - 1)
    .map((point) => [
      share(point.threshold),
      count(point.kept),
      `${share(point.precision)} ± ${share(point.precisionError)}`,
      share(point.recall),
    ]);
  return [
    ...table(['threshold', 'kept', 'precision', 'recall'], rows),
    '',
    `threshold   ${threshold.toFixed(4)}, from ${count(labels)} labels and ${count(pairs)} pairs, of which ${share(baseRate)} are right`,
    `precision   ${share(precision.expected)} ± ${share(precision.standardError)} expected${labelled.count > 0 ? `; ${share(labelled.value)} [${share(labelled.interval[0])}, ${share(labelled.interval[1])}] of the ${count(labelled.count)} kept labels` : ''}`,
    `recall      ${share(recall)} expected, keeping ${share(keep)} of the pairs`,
    statement,
  ];
}
