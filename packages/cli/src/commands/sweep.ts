import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCalibration, sweep, sweepPage, type ThresholdRow, writeAtomic } from '@anagram/core';
import type { Command } from 'commander';
import { given } from '../config.ts';
import { prepareAgain, readFilledBy } from '../filled-by.ts';
import { type CommonFlags, probability, withCommonFlags } from '../flags.ts';
import { requirePath } from '../require-path.ts';
import { runCommand } from '../run-command.ts';
import { shellWord } from '../shell-word.ts';
import { count, share, table } from '../table.ts';

interface Flags extends CommonFlags {
  verifier?: string;
  labels?: string;
  threshold?: number;
  page?: string;
}

export function addSweep(program: Command): void {
  const command = program
    .command('sweep <DATA>')
    .description(
      'What other thresholds would keep of a folder that prepare has filled: a table, or a page with a slider and the pairs at the border. No model runs.',
    )
    .option('--verifier <folder>', 'judges by its calibration of now (default: DATA/verifier, where it is)')
    .option('--labels <file>', 'JSONL of {"id": "…", "right": true}: what they say stands on the page')
    .option('--threshold <probability>', "at which the page opens (default: the verifier's, else 0.5)", probability)
    .option('--page <file>', 'receives the page');
  withCommonFlags(command, 'anagram sweep ./raw --page thresholds.html').action((data: string, flags: Flags) =>
    runCommand(flags, async ({ signal }) => {
      requirePath('DATA', data, 'a folder that prepare has filled');
      if (flags.verifier !== undefined) requirePath('--verifier', flags.verifier, 'what prepare trained');
      if (flags.labels !== undefined)
        requirePath('--labels', flags.labels, 'a JSONL file of {"id": "…", "right": true}');
      const own = join(data, 'verifier');
      const verifier = flags.verifier ?? (existsSync(join(own, 'calibration.json')) ? own : undefined);
      const judged = verifier === undefined ? {} : { calibration: await readCalibration(verifier) };
      const rows = await sweep(data, judged);
      if (flags.page !== undefined) {
        const { labels, threshold } = flags;
        const filledBy = await readFilledBy(data);
        const by = verifier === undefined ? '' : ` --verifier ${shellWord(verifier)}`;
        const command = filledBy
          ? prepareAgain(data, { ...filledBy, ...given({ verifier: flags.verifier }) }, null)
          : `anagram prepare SOURCE --dir DIR${by} --threshold {threshold}`;
        const html = await sweepPage(data, { ...judged, ...given({ labels, threshold }), command, signal });
        await writeAtomic(flags.page, html);
      }
      const written =
        flags.page === undefined ? [] : ['', `${flags.page} shows any threshold, with pairs at the border.`];
      return { json: rows, lines: [...lines(rows), ...written] };
    }),
  );
}

/** Ways of being kept but as delivered, which the other columns tell. */
const changes = ['repair', 'match', 'caption', 'illustrate'] as const;

function lines(rows: readonly ThresholdRow[]): string[] {
  const used = changes.filter((name) => rows.some(({ byRoute }) => byRoute[name] > 0));
  const { pairs = 0, records = 0 } = rows[0] ?? {};
  const shown = table(
    ['threshold', 'kept', 'of scored pairs', 'precision', 'recall', ...used],
    rows.map(({ threshold, kept, share: part, precision, precisionError, recall, byRoute }) => [
      share(threshold),
      count(kept),
      share(part),
      `${share(precision)}${precisionError === null ? '' : ` ± ${share(precisionError)}`}`,
      share(recall),
      ...used.map((name) => count(byRoute[name])),
    ]),
  );
  const routes =
    used.length === 0 ? '' : ` On top of them come records that are kept by another route: ${used.join(', ')}.`;
  return [
    ...shown,
    '',
    `${count(pairs)} scored pairs, complete and no duplicates, of ${count(records)} records: kept, share, precision and recall are of the pairs as delivered.${routes}`,
  ];
}
