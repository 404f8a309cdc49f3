import { type Knobs, type OpenedPlan, runWorker, Verifier } from '@anagram/core';
import { type Command, Option } from 'commander';
import { openPlan } from '../open-plan.ts';
import { runCommand } from '../run-command.ts';
import { count } from '../table.ts';

interface Flags {
  queue: string;
  json?: boolean;
}

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('Read and score parts for every prepare --queue, until it is stopped.')
    .addOption(queueOption('where parts are').makeOptionMandatory())
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nIt must see the --dir, SOURCE and --verifier of prepare under the same paths.\n\nExample:\n  $ anagram worker --queue redis://10.0.0.5:6379',
    )
    .action((flags: Flags) =>
      runCommand(flags, async ({ signal, onEvent }) => {
        const report = await runWorker({ queue: flags.queue, open, signal, onEvent });
        return {
          json: report,
          lines: [`${count(report.parts)} parts done, ${count(report.failures)} attempts failed`],
        };
      }),
    );
}

/** An address may hold a password, and the list of processes shows what stands on the command line. */
export function queueOption(purpose: string): Option {
  return new Option('--queue <url>', `${purpose}: redis://HOST:PORT, rediss://… or postgres://HOST:PORT/DATABASE`).env(
    'ANAGRAM_QUEUE',
  );
}

async function open(plan: unknown, knobs: Knobs & { dir: string }): Promise<OpenedPlan> {
  const { source, verifier: folder } = openPlan(plan, knobs);
  const verifier = await Verifier.load(folder);
  return { source, verifier, close: () => verifier.dispose() };
}
