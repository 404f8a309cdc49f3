import { join } from 'node:path';
import { interpolate, requireFolderFor, writeAtomic } from '@anagram/core';
import type { Command } from 'commander';
import { readConfig, usage } from '../config.ts';
import { type CommonFlags, probability, withCommonFlags } from '../flags.ts';
import { deviceOf, requireModel } from '../open-model.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Flags extends CommonFlags {
  alpha?: number[];
  dir: string;
}

export function addInterpolate(program: Command): void {
  const command = program
    .command('interpolate <START> <TUNED>')
    .description('Write the model between the one that fine-tuning began with and the one it came to (WiSE-FT).')
    .option(
      '--alpha <share>',
      'of the tuned model, 0 to 1; repeated, it writes DIR/alpha-SHARE each (default: 0.5)',
      each,
    )
    .requiredOption('--dir <folder>', 'of the model');
  withCommonFlags(
    command,
    'anagram interpolate ./clip ./runs/a/model --alpha 0.5 --dir ./wise',
    'anagram interpolate ./clip ./runs/a/model --alpha 0.25 --alpha 0.5 --alpha 0.75 --dir ./wise',
  ).action((start: string, tuned: string, flags: Flags) =>
    runCommand(flags, async ({ signal, onEvent }) => {
      const alphas = flags.alpha ?? [0.5];
      if (new Set(alphas).size < alphas.length) throw usage('--alpha', 'Expected each share once.');
      requireModel(start, 'START');
      requireModel(tuned, 'TUNED');
      const device = deviceOf((await readConfig(flags))('model'));
      const dirOf = (alpha: number) => (alphas.length === 1 ? flags.dir : join(flags.dir, `alpha-${alpha}`));
      for (const dir of [flags.dir, ...alphas.map(dirOf)]) requireFolderFor('an interpolated model', dir, '--dir');
      const models: { alpha: number; dir: string }[] = [];
      for (const alpha of alphas) {
        signal.throwIfAborted();
        const dir = dirOf(alpha);
        await using model = await interpolate({ start, tuned, alpha, device, signal, onEvent });
        const tell = (what: object) =>
          writeAtomic(join(dir, 'interpolation.json'), `${JSON.stringify(what, null, 2)}\n`);
        await tell({}); // what was stopped halfway is its own too
        await model.save(dir);
        await tell({ start, tuned, alpha });
        models.push({ alpha, dir });
      }
      return {
        json: models,
        lines: table(
          ['model', 'alpha'],
          models.map(({ alpha, dir }) => [dir, String(alpha)]),
        ),
      };
    }),
  );
}

function each(text: string, before: number[] = []): number[] {
  return [...before, probability(text)];
}
