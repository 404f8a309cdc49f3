import { resolve } from 'node:path';
import {
  negativeCategories,
  planNegatives,
  type WriteNegativesOptions,
  type WrittenNegatives,
  writeNegatives,
} from '@anagram/core';
import { editor, type NegativeWriterOptions, negativeWriter } from '@anagram/gen';
import type { Command } from 'commander';
import { given, readConfig } from '../config.ts';
import { type CommonFlags, dryRun, someOf, whole, withCommonFlags } from '../flags.ts';
import { type Generation, rehearse, withGeneration } from '../generation.ts';
import { toGenerator, wireOfFlags } from '../generators.ts';
import { nextLine } from '../next-line.ts';
import { requireData } from '../open-data.ts';
import { runCommand } from '../run-command.ts';
import { count, share, table } from '../table.ts';

interface Flags extends CommonFlags {
  categories?: string[];
  language?: string;
  perPair?: number;
  dryRun?: boolean;
  baseUrl?: string;
  model?: string;
  fresh?: boolean;
}

export function addNegatives(program: Command): void {
  const command = program
    .command('negatives <DATA>')
    .description('Write texts (and pictures) that differ from prepared pairs in exactly one thing.')
    .option('--categories <names>', 'colour,quantity,… (default: all)', someOf(negativeCategories))
    .option('--language <code>', "of the captions: auto, en or ko (default: auto, by each caption's script)")
    .option('--per-pair <n>', 'negatives per pair, of different categories (default: 4)', whole)
    .option('--base-url <url>', 'a server with an OpenAI-compatible API that writes them; key in ANAGRAM_API_KEY')
    .option('--model <name>', 'the model on that server (default: rules write them, without a network)')
    .option(
      '--fresh',
      'remove the negatives that are there, e.g. of pairs that were prepared anew since, and write them anew',
    )
    .option(...dryRun);
  withCommonFlags(
    command,
    'anagram negatives ./data',
    'anagram negatives ./data --base-url http://127.0.0.1:11434/v1 --model qwen3:4b',
  ).action((data: string, flags: Flags) =>
    runCommand(flags, async ({ signal, onEvent }) => {
      const config = await readConfig(flags);
      const settings = config('negatives');
      const { categories, perPair, language, fresh } = flags;
      const wire = wireOfFlags(flags);
      requireData(data);
      const dir = typeof settings.dir === 'string' ? settings.dir : data;
      const options = (generation: Generation) =>
        ({
          ...settings,
          ...given({
            writer: toGenerator(
              'negatives.writer',
              wire ?? settings.writer,
              (wire) =>
                negativeWriter({
                  ...wire,
                  onEvent,
                  ...given({ language: language ?? settings.language }),
                } as NegativeWriterOptions),
              generation,
            ),
            editor: toGenerator('negatives.editor', settings.editor, editor, generation),
            ...{ categories, perPair, language, fresh },
          }),
          ...{ pairs: data, signal, onEvent },
        }) as WriteNegativesOptions;
      if (flags.dryRun) {
        const rehearsed = await rehearse(config, dir, onEvent, (generation) => planNegatives(options(generation)));
        const { plan, report, lines } = rehearsed;
        const open = `${count(plan.open)} of ${count(plan.pairs)} pairs are open.`;
        return {
          json: { dryRun: true, ...plan, generation: report },
          lines: [
            `${open} Asked about: ${count(plan.asked.writer)} captions, at most ${count(plan.asked.editor)} pictures.`,
            ...lines,
          ],
        };
      }
      const written = await withGeneration(config, dir, onEvent, (generation) => writeNegatives(options(generation)));
      const steps = config('train').steps === undefined ? ['--steps', '2000'] : [];
      const next = nextLine(['train', dir, '--dir', './runs/a', ...steps], flags);
      const lines = [...summary(written), ...(written.negatives > 0 && resolve(dir) === resolve(data) ? [next] : [])];
      return { json: written, lines, partial: written.negatives === 0 };
    }),
  );
}

function summary({ dir, pairs, negatives, coverage, images, byCategory, ...report }: WrittenNegatives): string[] {
  const { detectability: told, beforeBalance: before, scenes } = report;
  const rows = Object.entries(byCategory).map(([category, { texts, images, detectability }]) => [
    category,
    count(texts),
    count(images),
    share(detectability?.auroc ?? null),
    share(detectability?.paired ?? null),
  ]);
  return [
    ...table(
      ['category', 'texts', 'pictures', 'told apart', 'picked'],
      [...rows, ['all', count(negatives), count(images), share(told?.auroc ?? null), share(told?.paired ?? null)]],
    ),
    '',
    `${share(coverage)} of ${count(pairs)} pairs have a negative, in ${dir}, manifest ${report.manifestHash.slice(0, 12)}`,
    'By text alone, 50 % is best. Told apart: AUROC of negatives among captions. Picked: own caption of the two.',
    ...(scenes
      ? [
          `Captions name ${scenes.objects.toFixed(1)} things, ${scenes.attributes.toFixed(1)} attributes and ${scenes.relations.toFixed(1)} relations; ${share(scenes.composed)} of them could be mixed up.`,
        ]
      : []),
    ...(before.negatives > negatives
      ? [
          `Balanced: ${count(before.negatives - negatives)} negatives that gave themselves away were left out (before: ${share(before.detectability?.auroc ?? null)}, ${share(before.detectability?.paired ?? null)}).`,
        ]
      : []),
  ];
}
