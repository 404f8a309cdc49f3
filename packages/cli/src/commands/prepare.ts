import { join } from 'node:path';
import {
  type Captioner,
  type PreparedPairs,
  type PreparedShare,
  type PrepareOptions,
  planPreparation,
  prepare,
  prepareShare,
  readThresholds,
  requireFolderFor,
  type Source,
  type TunePromptsOptions,
  tunePrompts,
  Verifier,
} from '@anagram/core';
import { captioner, captionPrompts, illustrator, repairer } from '@anagram/gen';
import { type Command, Option } from 'commander';
import { type Config, readConfig, usage } from '../config.ts';
import { writeFilledBy } from '../filled-by.ts';
import { type CommonFlags, dryRun, probabilityOrFile, share, withCommonFlags } from '../flags.ts';
import { type Generation, rehearse, withGeneration } from '../generation.ts';
import { toGenerator } from '../generators.ts';
import { nextLine } from '../next-line.ts';
import { planOf } from '../open-plan.ts';
import { openSource } from '../open-source.ts';
import { requirePath } from '../require-path.ts';
import { type CommandContext, type CommandResult, runCommand } from '../run-command.ts';
import { shellWord } from '../shell-word.ts';
import { addSimilarOptions, openSimilar, type SimilarFlags, wantedSimilar } from '../similar.ts';
import { addSourceFlags, type SourceFlags, sourceSettings } from '../source-flags.ts';
import { count, table } from '../table.ts';
import { queueOption } from './worker.ts';

interface Flags extends CommonFlags, SimilarFlags, SourceFlags {
  dir: string;
  verifier?: string;
  threshold?: number | string;
  dryRun?: boolean;
  tunePrompts?: boolean;
  shard?: { index: number; of: number };
  queue?: string;
}

/** Where a verifier that was never calibrated is trusted: the even chance. */
const uncalibrated = 0.5;

export function addPrepare(program: Command): void {
  const command = program
    .command('prepare <SOURCE>')
    .description('Deduplicate, verify, repair and match a noisy source; keep the pairs that are right.')
    .requiredOption('--dir <folder>', 'receives shards, manifest and verdicts; the same folder resumes')
    .option('--verifier <folder>', 'judges the pairs; without it one is trained on SOURCE, into DIR/verifier')
    .option(
      '--threshold <probability|file>',
      "least probability of a kept pair, or a file of thresholds by route, of anagram calibrate (default: the verifier's, else 0.5)",
      probabilityOrFile,
    )
    .addOption(
      new Option(
        '--shard <index/count>',
        'only read and score one share, from 0, e.g. of a Slurm array; afterwards the same without --shard ends it',
      )
        .argParser(share)
        .conflicts(['queue', 'dryRun', 'tunePrompts']),
    )
    .addOption(queueOption('let workers read and score'))
    .option(
      '--tune-prompts',
      "try variants of the captioner's prompt on a sample, go on with the best; table in DIR/prompts.json",
    )
    .option(...dryRun);
  addSimilarOptions(addSourceFlags(command, 'DIR/fetched'));
  withCommonFlags(
    command,
    'anagram prepare ./photos --dir ./data',
    'anagram prepare ./photos --dir ./data --verifier ./raw/verifier --shard 2/8',
  ).action((source: string, flags: Flags) =>
    runCommand(flags, async (context) => {
      const config = await readConfig(flags);
      if (flags.shard) return runShare(source, config, flags, flags.shard, context);
      if (flags.dryRun) return await rehearsal(source, config, flags, context);
      const pairs = await withOptions(source, config, flags, context, (options) =>
        withGeneration(config, flags.dir, context.onEvent, async (generation) => prepare(await options(generation))),
      );
      await writeFilledBy(flags.dir, source, flags);
      const { counts, dir, manifestHash, length } = pairs;
      const fresh = pairs.oldNegatives ? ['--fresh'] : [];
      const unusable = (counts.byRoute.unreadable?.rejected ?? 0) + (counts.byRoute.empty?.rejected ?? 0);
      const partly =
        unusable > 0
          ? [`Records that could not be used (unreadable, empty): ${count(unusable)}; hence exit code 3`]
          : [];
      return {
        json: { dir, pairs: length, manifestHash, counts },
        lines: [
          ...summary(pairs),
          ...withoutModels(pairs, config('prepare')),
          ...partly,
          ...(length > 0 ? [nextLine(['negatives', dir, ...fresh], flags)] : []),
        ],
        partial: length === 0 || unusable > 0,
      };
    }),
  );
}

async function rehearsal(
  source: string,
  config: Config,
  flags: Flags,
  context: CommandContext,
): Promise<CommandResult> {
  const { plan, report, lines } = await withOptions(source, config, flags, context, (options) =>
    rehearse(config, flags.dir, context.onEvent, async (generation) => planPreparation(await options(generation))),
  );
  const rows = Object.entries(plan.asked).map(([way, records]) => [way, count(records)]);
  return {
    json: { dryRun: true, ...plan, generation: report },
    lines: [
      `${count(plan.kept)} of ${count(plan.records)} records are kept without a generator. Generators are asked about:`,
      '',
      ...table(['route', 'records'], rows),
      '',
      ...lines,
    ],
  };
}

function open(path: string, config: Config, flags: Flags, { onEvent }: CommandContext): Source {
  requireFolderFor('prepared pairs', flags.dir, '--dir');
  if (flags.verifier !== undefined) {
    requirePath('--verifier', flags.verifier, 'a verifier that prepare trained, e.g. ./raw/verifier');
  }
  return openSource(path, sourceSettings(config, flags), { cache: join(flags.dir, 'fetched'), onEvent });
}

async function runShare(
  path: string,
  config: Config,
  flags: Flags,
  { index, of }: { index: number; of: number },
  context: CommandContext,
): Promise<CommandResult> {
  if (flags.verifier === undefined) {
    const advice = 'Train one first, on SOURCE or a part of it: anagram prepare PART --dir ./raw makes ./raw/verifier.';
    throw usage('--shard', `All shares must be judged by one verifier. Expected --verifier FOLDER. ${advice}`);
  }
  const source = open(path, config, flags, context);
  await using verifier = await Verifier.load(flags.verifier);
  const done = await prepareShare({ source, verifier, dir: flags.dir, index, of, ...context });
  return { json: done, lines: [shareSummary(done)] };
}

/** Opens what a run needs and hands over its options, still without the generators. */
async function withOptions<T>(
  path: string,
  config: Config,
  flags: Flags,
  context: CommandContext,
  work: (options: (generation: Generation) => Promise<PrepareOptions>) => Promise<T>,
): Promise<T> {
  const { signal, onEvent } = context;
  const { captioner: configured } = config('prepare');
  if (flags.tunePrompts && !(typeof configured === 'object' && configured !== null && 'model' in configured)) {
    throw usage('--tune-prompts', 'Expected prepare.captioner to name a model, e.g. { "model": "local:qwen3-vl:4b" }.');
  }
  const wanted = wantedSimilar(flags, config);
  if (typeof flags.threshold === 'string') {
    requirePath('--threshold', flags.threshold, 'a probability, or a file of thresholds that anagram calibrate wrote');
  }
  // Read before anything that takes long.
  const thresholds = typeof flags.threshold === 'string' ? await readThresholds(flags.threshold) : flags.threshold;
  const source = open(path, config, flags, context);
  const judge = flags.verifier ?? join(flags.dir, 'verifier');
  const training = { ...config('verifier'), source, dir: judge, signal, onEvent };
  await using verifier = await (flags.verifier === undefined
    ? Verifier.train(training)
    : Verifier.load(flags.verifier));
  const similar = wanted && (await openSimilar(wanted, config, context));
  await using _model = similar?.model;
  const { similar: _, ...settings } = config('prepare');
  const queue = flags.queue !== undefined && {
    url: flags.queue,
    plan: planOf({
      ...{ source: path, settings: sourceSettings(config, flags), cache: join(flags.dir, 'fetched') },
      verifier: judge,
    }),
  };
  const chosen = thresholds ?? settings.threshold ?? verifier.threshold;
  if (chosen === null) {
    const message = `The verifier is not calibrated: pairs are kept from a probability of ${uncalibrated}. \`anagram label ${shellWord(flags.dir)}\` and \`anagram calibrate\` choose a better one; then prepare into another --dir with --verifier ${shellWord(judge)}.`;
    onEvent({ type: 'warning', message });
  }
  const tuned = (generation: Generation) => {
    const knobs = { source, verifier, signal, onEvent, ...(flags.dryRun ? {} : { dir: flags.dir }) };
    return tuneCaptioner(settings.captioner as object, knobs, generation);
  };
  return await work(
    async (generation) =>
      ({
        ...settings,
        captioner: flags.tunePrompts
          ? await tuned(generation)
          : toGenerator('prepare.captioner', settings.captioner, captioner, generation),
        repairer: toGenerator('prepare.repairer', settings.repairer, repairer, generation),
        illustrator: toGenerator('prepare.illustrator', settings.illustrator, illustrator, generation),
        ...{ threshold: chosen ?? uncalibrated, source, verifier, dir: flags.dir, signal, onEvent },
        ...(queue && { queue }),
        ...(similar && { similar }),
      }) as unknown as PrepareOptions,
  );
}

/** The captioner of the settings with the prompt that serves the verifier best. */
async function tuneCaptioner(
  setting: object,
  knobs: Omit<TunePromptsOptions, 'variants'>,
  generation: Generation,
): Promise<Captioner> {
  const variants = captionPrompts().map(
    (prompt) => toGenerator('prepare.captioner', { ...setting, prompt }, captioner, generation) as Captioner,
  );
  const { winner } = await tunePrompts({ ...knobs, variants });
  return variants.find(({ id }) => id === winner)!;
}

function summary({ dir, length, counts, manifestHash }: PreparedPairs): string[] {
  const told = Object.entries(counts.duplicates).map(([kind, records]) => `${kind} ${count(records)}`);
  const routes = Object.entries(counts.byRoute).sort();
  const rows = routes.map(([route, { kept, rejected }]) => [route, count(kept), count(rejected)]);
  return [
    ...table(['route', 'kept', 'rejected'], [...rows, ['all', count(counts.kept), count(counts.rejected)]]),
    '',
    ...(told.length > 0 ? [`Duplicates, by what told: ${told.join(', ')}`] : []),
    `${count(length)} pairs in ${dir} (${count(counts.repaired)} of them changed), manifest ${manifestHash.slice(0, 12)}`,
    `Every record's verdict, with its reason: ${join(dir, 'verdicts-*.jsonl')}`,
  ];
}

const models = {
  caption: { setting: 'captioner', what: 'lone pictures', own: 'texts', example: 'local:qwen3-vl:4b' },
  illustrate: { setting: 'illustrator', what: 'lone texts', own: 'pictures', example: 'openai:gpt-image-1' },
} as const;

/** Of lone pictures and texts that were left over because no model was there to be asked: no model has failed. */
function withoutModels({ counts }: PreparedPairs, settings: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(models).flatMap(([route, { setting, what, own, example }]) => {
    const left = counts.byRoute[route as keyof typeof models]?.rejected ?? 0;
    const chosen = settings[setting] ?? 'retrieval';
    if (left === 0 || typeof chosen !== 'string') return [];
    const tried = chosen === 'off' ? 'nothing was tried' : `only ${own} of the source itself were tried`;
    return [
      `No ${setting}: ${count(left)} ${what} are left over, for which ${tried}. A model is set by --set prepare.${setting}.model=PROVIDER:MODEL, e.g. ${example}.`,
    ];
  });
}

function shareSummary({ dir, records, own, missing }: PreparedShare): string {
  const said = `${count(own)} of ${count(records)} records are read and scored in ${dir}.`;
  return missing > 0
    ? `${said} ${count(missing)} of other shares are missing: when these are done, run the same command without --shard.`
    : `${said} Nothing is missing: run the same command without --shard.`;
}
