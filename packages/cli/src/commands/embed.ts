import { type BuiltIndex, buildIndex, requireFolderFor } from '@anagram/core';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type CommonFlags, withCommonFlags } from '../flags.ts';
import { nextLine } from '../next-line.ts';
import { loadModel } from '../open-model.ts';
import { openSource } from '../open-source.ts';
import { runCommand } from '../run-command.ts';
import { addSourceFlags, type SourceFlags, sourceSettings } from '../source-flags.ts';
import { count } from '../table.ts';

interface Flags extends CommonFlags, SourceFlags {
  model: string;
  dir: string;
}

const shownSkips = 10;

export function addEmbed(program: Command): void {
  const command = program
    .command('embed <SOURCE>')
    .description('Embed pictures (and texts that have none) into an index for search.')
    .requiredOption('--model <model>', 'the model: a folder, or hf:owner/name')
    .requiredOption('--dir <folder>', 'of the index');
  withCommonFlags(addSourceFlags(command), 'anagram embed ./photos --model ./runs/a/model --dir ./index').action(
    (path: string, flags: Flags) =>
      runCommand(flags, async ({ signal, onEvent }) => {
        const config = await readConfig(flags);
        requireFolderFor('an index', flags.dir, '--dir');
        const source = openSource(path, sourceSettings(config, flags));
        await using model = await loadModel(flags.model, config('model'), { signal, onEvent });
        const items = source.records({ signal });
        const index = await buildIndex({ model, items, dir: flags.dir, signal, onEvent });
        const partial = index.count === 0 || index.skipped.length > 0;
        const next = nextLine(['search', flags.dir, 'a text', '--model', flags.model], flags);
        const lines = [...summary(flags.dir, index), ...(index.count > 0 ? [next] : [])];
        return { json: { dir: flags.dir, ...index }, lines, partial };
      }),
  );
}

function summary(dir: string, { count: embedded, pictures, width, skipped }: BuiltIndex): string[] {
  const shown = skipped.slice(0, shownSkips).map(({ id, reason }) => `left out ${id}: ${reason}`);
  const more = skipped.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? [`and ${count(more)} more`] : []),
    `${count(pictures)} pictures and ${count(embedded - pictures)} texts without one, ${width} numbers each, in ${dir}`,
  ];
}
