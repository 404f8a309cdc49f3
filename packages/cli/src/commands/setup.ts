import { buildAddon } from '@anagram/native';
import type { Command } from 'commander';
import { runCommand } from '../run-command.ts';

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('Find or fetch libtorch, and build the addon with it. Resumable; safe to run twice at once.')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  $ anagram setup')
    .action((flags: { json?: boolean }) =>
      runCommand(flags, async ({ signal, onEvent }) => {
        const result = await buildAddon({ signal, onEvent });
        const { addon, libtorch, built } = result;
        return {
          json: result,
          lines: [`libtorch  ${libtorch}`, `addon     ${addon}${built ? '' : ' (was up to date)'}`],
        };
      }),
    );
}
