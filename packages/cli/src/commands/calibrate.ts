import {
  type CalibrateOptions,
  type CalibrationReport,
  type CalibrationTarget,
  calibrate,
  Verifier,
} from '@anagram/core';
import { type Command, Option } from 'commander';
import { calibrateFolder } from '../calibrate-folder.ts';
import { given, readConfig, usage } from '../config.ts';
import { wordsOf } from '../filled-by.ts';
import { type CommonFlags, number, withCommonFlags } from '../flags.ts';
import { isPrepared } from '../is-prepared.ts';
import { openSource } from '../open-source.ts';
import { requirePath } from '../require-path.ts';
import { type CommandContext, type CommandResult, runCommand } from '../run-command.ts';
import { shellWord } from '../shell-word.ts';
import {
  addSourceFlags,
  givenSourceFlags,
  refuseSourceFlags,
  type SourceFlags,
  sourceSettings,
} from '../source-flags.ts';
import { count, share, table } from '../table.ts';

interface Flags extends CommonFlags, SourceFlags {
  verifier?: string;
  labels?: string;
  precision?: number;
  recall?: number;
  keep?: number;
  guarantee?: boolean;
  page?: string;
  unproved?: 'nothing' | 'estimate';
  out?: string;
}

const sweepRows = 12;

export function addCalibrate(program: Command): void {
  const command = program
    .command('calibrate <SOURCE>')
    .description(
      "Choose a verifier's threshold from labelled pairs, and save it with the verifier; or, where SOURCE is a folder that prepare has filled, a threshold for each route from labels by route.",
    )
    .option('--verifier <folder>', 'what prepare trained, e.g. ./data/verifier; a prepared SOURCE needs none')
    .option(
      '--labels <file>',
      'JSONL of {"id": "…", "right": true}, about 200 lines, e.g. of `anagram label`; without it the threshold is a rough estimate',
    )
    .option('--precision <share>', 'right among kept that is wanted (default: 0.95)', number)
    .option('--recall <share>', 'or: kept among right that is wanted', number)
    .option('--keep <share>', 'or: share of all pairs to keep', number)
    .option('--guarantee', 'prove the precision by the labels alone, at some cost in recall')
    .option('--page <file>', 'receives a page with a slider over the threshold and the pairs at the border')
    .addOption(
      new Option(
        '--unproved <what>',
        'of a prepared SOURCE: what a route keeps for which its labels prove nothing (default: nothing)',
      ).choices(['nothing', 'estimate']),
    )
    .option('--out <file>', 'of a prepared SOURCE: receives the thresholds (default: thresholds.json)');
  withCommonFlags(
    addSourceFlags(command),
    'anagram calibrate ./photos --verifier ./data/verifier --labels labels.jsonl --precision 0.95',
    'anagram calibrate ./data --labels labels.jsonl --precision 0.95 --out thresholds.json',
  ).action((source: string, flags: Flags) =>
    runCommand(flags, async (context) => {
      const { signal, onEvent } = context;
      const config = await readConfig(flags);
      if (flags.labels !== undefined)
        requirePath('--labels', flags.labels, 'a JSONL file of {"id": "…", "right": true}');
      if (isPrepared(source)) return await routes(source, flags, config('calibrate'), context);
      const { verifier: folder } = flags;
      if (folder === undefined) throw usage('--verifier', 'Expected what prepare trained, e.g. ./data/verifier.');
      for (const name of ['unproved', 'out'] as const) {
        if (flags[name] !== undefined) throw usage(`--${name}`, `${source} is no folder that prepare has filled.`);
      }
      const pairs = openSource(source, sourceSettings(config, flags));
      requirePath('--verifier', folder, 'what prepare trained, e.g. ./data/verifier');
      const target = targetOf(flags);
      await using verifier = await Verifier.load(folder);
      const configured = config('calibrate');
      const report = await calibrate({
        ...configured,
        ...(target && { target }),
        ...(flags.labels !== undefined && { labels: flags.labels }),
        ...(flags.guarantee && { guarantee: true }),
        ...(flags.page !== undefined && { page: { path: flags.page, command: nextCommand(source, folder, flags) } }),
        ...{ verifier, source: pairs, signal, onEvent },
      } as CalibrateOptions);
      const page = flags.page === undefined ? [] : ['', `${flags.page} shows any threshold, with pairs at the border.`];
      const asked = flags.guarantee ?? configured.guarantee === true;
      return { json: report, lines: [...summary(report), ...page], partial: asked && report.promise === 'estimated' };
    }),
  );
}

function targetOf(flags: Flags): CalibrationTarget | null {
  const targets = (['precision', 'recall', 'keep'] as const).filter((name) => flags[name] !== undefined);
  if (targets.length > 1) throw usage(`--${targets[1]}`, `Expected one target, received --${targets.join(' and --')}.`);
  const [name] = targets;
  return name ? ({ [name]: flags[name]! } as unknown as CalibrationTarget) : null;
}

/** A prepared folder has its scores: it takes no verifier, and no target but a precision, which is proved anyway. */
function routes(
  dir: string,
  flags: Flags,
  settings: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<CommandResult> {
  refuseSourceFlags(dir, flags);
  for (const name of ['verifier', 'recall', 'keep', 'guarantee', 'page'] as const) {
    if (flags[name] === undefined) continue;
    const anyway = name === 'guarantee' ? ' Its precision is proved by route anyway.' : '';
    throw usage(
      `--${name}`,
      `${dir} is a folder that prepare has filled.${anyway} Leave --${name} out, or give the source.`,
    );
  }
  return calibrateFolder(dir, { ...flags, out: flags.out ?? 'thresholds.json' }, settings, context);
}

function nextCommand(source: string, verifier: string, flags: Flags): string {
  const { config, set } = flags;
  const words = wordsOf({ verifier, ...givenSourceFlags(flags), ...given({ config, set }) });
  return `anagram prepare ${shellWord(source)} --dir DIR ${words.map(shellWord).join(' ')} --threshold {threshold}`;
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
