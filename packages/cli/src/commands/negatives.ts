import { negativeCategories, type WriteNegativesOptions, type WrittenNegatives, writeNegatives } from '@anagram/core';
import { editor, negativeWriter } from '@anagram/gen';
import type { Command } from 'commander';
import { given, readConfig } from '../config.ts';
import { type CommonFlags, number, someOf, withCommonFlags } from '../flags.ts';
import { toGenerator, wireOfFlags } from '../generators.ts';
import { requireData } from '../open-data.ts';
import { runCommand } from '../run-command.ts';
import { count, share, table } from '../table.ts';

interface Flags extends CommonFlags {
  categories?: string[];
  perPair?: number;
  baseUrl?: string;
  model?: string;
}

export function addNegatives(program: Command): void {
  const command = program
    .command('negatives <DATA>')
    .description('Write texts (and pictures) that differ from prepared pairs in exactly one thing.')
    .option('--categories <names>', 'colour,quantity,… (default: all)', someOf(negativeCategories))
    .option('--per-pair <n>', 'negatives per pair, of different categories (default: 4)', number)
    .option('--base-url <url>', 'a server with an OpenAI-compatible API that writes them; key in ANAGRAM_API_KEY')
    .option('--model <name>', 'the model on that server (default: rules write them, without a network)');
  withCommonFlags(
    command,
    'anagram negatives ./data',
    'anagram negatives ./data --base-url http://127.0.0.1:11434/v1 --model qwen3:4b',
  ).action((data: string, flags: Flags) =>
    runCommand(flags, async ({ signal, onEvent }) => {
      const settings = (await readConfig(flags))('negatives');
      const { categories, perPair } = flags;
      const wire = wireOfFlags(flags);
      requireData(data);
      const written = await writeNegatives({
        ...settings,
        ...given({
          writer: toGenerator('negatives.writer', wire ?? settings.writer, (wire) =>
            negativeWriter({ ...wire, onEvent }),
          ),
          editor: toGenerator('negatives.editor', settings.editor, editor),
          ...{ categories, perPair },
        }),
        ...{ pairs: data, signal, onEvent },
      } as WriteNegativesOptions);
      return { json: written, lines: summary(written), partial: written.negatives === 0 };
    }),
  );
}

function summary({ dir, pairs, negatives, coverage, images, byCategory, ...report }: WrittenNegatives): string[] {
  const rows = Object.entries(byCategory).map(([category, { texts, images, detectability }]) => [
    category,
    count(texts),
    count(images),
    share(detectability),
  ]);
  return [
    ...table(
      ['category', 'texts', 'pictures', 'detectability'],
      [...rows, ['all', count(negatives), count(images), share(report.detectability)]],
    ),
    '',
    `${share(coverage)} of ${count(pairs)} pairs have a negative, in ${dir}, manifest ${report.manifestHash.slice(0, 12)}`,
    'Detectability: AUROC of telling negatives from captions by text alone; 0.5 is best.',
  ];
}
