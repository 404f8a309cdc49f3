// Kills a verb again and again: node --conditions=@anagram/source tests/kill/soak.ts --verb train --kills 10 --seed 1
// Prints a line for each attempt; exit code 1 where what came out differs from the undisturbed run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killVerb } from './kill-verb.ts';
import { verbNames, verbsIn } from './verbs.ts';

const { values } = parseArgs({
  options: {
    verb: { type: 'string', multiple: true },
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '0' },
  },
});
const unknown = values.verb?.find((verb) => !verbNames.some((name) => name === verb));
if (unknown) throw new Error(`There is no verb "${unknown}". Expected ${verbNames.join(', ')}.`);

const root = await mkdtemp(join(tmpdir(), 'anagram-soak-'));
const verbs = await verbsIn(root, { count: 120, steps: 40 });
const rows: string[] = [];
for (const name of verbNames.filter((each) => values.verb?.includes(each) ?? true)) {
  const { undisturbed, attempts, differences } = await killVerb(verbs[name], {
    dir: join(root, name),
    kills: Number(values.kills),
    seed: Number(values.seed),
    onAttempt: ({ folder, moment, killed, last }) =>
      console.log(
        [name.padEnd(9), `folder ${folder}`, `${moment} ms`.padStart(8), killed ? 'killed' : 'done  ', last].join('  '),
      ),
  });
  const kills = attempts.filter(({ killed }) => killed).length;
  const verdict = differences.length === 0 ? 'the same' : `DIFFERS: ${differences.join(', ')} (see ${root})`;
  rows.push(`${name.padEnd(9)}  ${String(undisturbed).padStart(6)} ms undisturbed  ${kills} kills  ${verdict}`);
  if (differences.length > 0) process.exitCode = 1;
}
if (process.exitCode !== 1) await rm(root, { recursive: true });
console.log(`\n${rows.join('\n')}`);
