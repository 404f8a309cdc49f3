import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  appendLabel,
  type KeepingRoute,
  keepingRoutes,
  keptPairsToLabel,
  type Label,
  labelPage,
  type PairToLabel,
  pairsToLabel,
  preparedPairsToLabel,
  resumeLabelFile,
  Verifier,
  writeAtomic,
} from '@anagram/core';
import type { Command } from 'commander';
import { askLabels } from '../ask-labels.ts';
import { given, readConfig, usage } from '../config.ts';
import { calibrateAgain, readFilledBy } from '../filled-by.ts';
import { type CommonFlags, someOf, whole, withCommonFlags } from '../flags.ts';
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
import { count } from '../table.ts';

interface Flags extends CommonFlags, SourceFlags {
  verifier?: string;
  count?: number;
  seed?: number;
  byRoute?: boolean;
  routes?: KeepingRoute[];
  border?: number;
  out: string;
  page?: string;
}

const drawers = ['iTerm.app', 'WezTerm'];

export function addLabel(program: Command): void {
  const command = program
    .command('label <SOURCE>')
    .description(
      'Ask a person which of some pairs are right, in the terminal or on a page: the labels that calibrate takes. Of a folder that prepare has filled the stored scores are used, and no model runs.',
    )
    .option('--verifier <folder>', 'spreads the draw over its scores; a prepared SOURCE has them')
    .option('--count <n>', 'pairs to draw (default: 200)', whole)
    .option('--seed <n>', 'another draw (default: 0)', whole)
    .option(
      '--by-route',
      'pairs of a prepared SOURCE as it keeps them, repaired, matched and generated ones too: --count of each route (default: 100)',
    )
    .option(
      '--routes <names>',
      `by route: of these alone, e.g. repair,match (of ${keepingRoutes.join(', ')})`,
      someOf(keepingRoutes),
    )
    .option('--border <n>', 'by route: further pairs of each that are only just kept (default: 20)', whole)
    .option('--out <file>', 'labels that are there stay, and their pairs are not asked again', 'labels.jsonl')
    .option('--page <file>', 'write a page for a browser instead, which gives the labels as a download');
  withCommonFlags(
    addSourceFlags(command),
    'anagram label ./raw --out labels.jsonl',
    'anagram label ./photos --verifier ./raw/verifier --page labels.html',
    'anagram label ./raw --by-route --page labels.html',
  ).action((source: string, flags: Flags) =>
    runCommand(flags, async (context) => {
      if (flags.page === undefined && !process.stdin.isTTY) {
        throw usage('label', 'Expected a terminal to ask in, and stdin is none. --page labels.html asks in a browser.');
      }
      const pairs = await draw(source, flags, context);
      if (flags.page === undefined) return ask(pairs, flags, context, await nextCommand(source, flags, flags.out));
      await writeAtomic(
        flags.page,
        await labelPage(pairs, { command: await nextCommand(source, flags, 'labels.jsonl'), signal: context.signal }),
      );
      return {
        json: { page: flags.page, pairs: pairs.length },
        lines: [`${flags.page} asks for ${count(pairs.length)} pairs: open it in a browser.`],
      };
    }),
  );
}

async function draw(path: string, flags: Flags, { signal, onEvent }: CommandContext): Promise<PairToLabel[]> {
  const config = await readConfig(flags);
  const wanted = given({ count: flags.count, seed: flags.seed });
  requirePath('SOURCE', path, 'a source of pairs, or a folder that prepare has filled');
  const prepared = isPrepared(path);
  if (prepared) refuseSourceFlags(path, flags);
  if (flags.byRoute) {
    if (!prepared) throw usage('--by-route', `${path} is no folder that prepare has filled. Prepare it first.`);
    if (flags.verifier === undefined) {
      return keptPairsToLabel(path, { ...wanted, ...given({ routes: flags.routes, border: flags.border }), signal });
    }
  }
  for (const name of ['routes', 'border'] as const) {
    if (flags[name] !== undefined && !flags.byRoute) throw usage(`--${name}`, `Expected --by-route with it.`);
  }
  if (prepared) {
    if (flags.verifier === undefined) return preparedPairsToLabel(path, { ...wanted, signal });
    throw usage('--verifier', `${path} has the scores of the pairs already. Leave --verifier out.`);
  }
  const source = openSource(path, sourceSettings(config, flags));
  if (flags.verifier === undefined) return pairsToLabel({ source, ...wanted, signal, onEvent });
  requirePath('--verifier', flags.verifier, 'what prepare trained, e.g. ./raw/verifier');
  await using verifier = await Verifier.load(flags.verifier);
  return await pairsToLabel({ source, verifier, ...wanted, signal, onEvent });
}

/** Of `calibrate`. */
async function nextCommand(path: string, flags: Flags, labels: string): Promise<string> {
  const file = `--labels ${shellWord(labels)}`;
  if (flags.byRoute) return `anagram calibrate ${shellWord(path)} ${file}`;
  const own = join(path, 'verifier');
  const verifier = flags.verifier ?? (existsSync(own) ? own : 'FOLDER');
  const { config, set } = flags;
  if (!isPrepared(path)) {
    const typed = { source: path, cwd: process.cwd(), ...givenSourceFlags(flags), ...given({ config, set }) };
    return calibrateAgain(typed, { verifier, labels });
  }
  const filledBy = await readFilledBy(path);
  const fetched = join(path, 'fetched');
  if (filledBy) return calibrateAgain(filledBy, { verifier, labels, ...(existsSync(fetched) && { fetched }) });
  return `anagram calibrate SOURCE --verifier ${shellWord(verifier)} ${file}`;
}

async function ask(
  pairs: readonly PairToLabel[],
  { out }: Flags,
  { signal }: CommandContext,
  next: string,
): Promise<CommandResult> {
  const labels = await resumeLabelFile(out);
  const finished = await askLabels({
    ...{ pairs, labels, signal, input: process.stdin, output: process.stderr },
    save: (label) => appendLabel(out, label),
    inline: drawers.includes(process.env.TERM_PROGRAM ?? ''),
  });
  const all = [...labels.values()];
  const counts = {
    right: all.filter((right: Label) => right === true).length,
    wrong: all.filter((right: Label) => right === false).length,
    unsure: all.filter((right: Label) => right === null).length,
  };
  return {
    json: { out, labels: all.length, ...counts },
    lines: [
      `${count(all.length)} labels in ${out}: ${count(counts.right)} right, ${count(counts.wrong)} wrong, ${count(counts.unsure)} unsure`,
      finished ? `Next: ${next}` : 'The same command goes on.',
    ],
    partial: !finished,
  };
}
