import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAtomic } from '@anagram/core';
import { renderRecovery } from './render-recovery.ts';
import { between, renderCurves, renderTable, usualSteps } from './render-table.ts';
import { readCurves, readOutcomes, readResults } from './results.ts';
import { worldNames } from './worlds.ts';

/** Writes tables and plots out of the results: `node benchmarks/composition/table.ts`. */
parseArgs(); // takes no flags, and says so
const here = import.meta.dirname;
const mainRows = ['clip', 'clip-adamw', 'control', 'anagram', 'ranked', 'ce-clip', 'triplet-clip'];
const [results, curves, outcomes] = [await readResults(here), await readCurves(here), await readOutcomes(here)];
const page: string[] = [];
const short: string[] = [];
for (const world of worldNames) {
  const own = results[world] ?? [];
  if (own.length === 0) continue;
  const tested = outcomes.filter((one) => one.world === world);
  page.push(`### ${world}`, renderTable(own, tested));
  const recovery = renderRecovery(own);
  if (recovery) page.push(recovery);
  const main = own.filter(({ row }) => mainRows.includes(row));
  const usual = usualSteps(main);
  const ofMain = ({ row, steps }: { row: string; steps: number }) => steps === usual && mainRows.includes(row);
  short.push(`**${world}**`, renderTable(own.filter(ofMain), tested));
  const drawn = curves.filter((point) => point.world === world && ofMain(point));
  if (drawn.length === 0) continue;
  for (const category of [undefined, ...Object.keys(drawn[0]!.group)]) {
    const file = `plots/${world}-${category ?? 'mean'}.svg`;
    await writeAtomic(join(here, file), renderCurves(drawn, category));
    page.push(`![${category ?? 'mean group score'} over steps](${file})`);
  }
}
const none = 'No row has been run yet.';
for (const [path, content] of [
  [join(here, 'README.md'), page],
  [join(here, '../../README.md'), short],
] as const) {
  const text = await readFile(path, 'utf8');
  await writeAtomic(path, between(text, 'proof', content.join('\n\n') || none));
}
