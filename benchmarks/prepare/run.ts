import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setThreads } from '@anagram/core';
import { prepareEmoji } from './emoji.ts';
import { prepareStamps } from './tuxpaint.ts';

const { values } = parseArgs({
  options: { dir: { type: 'string', default: 'anagram-prepare' }, only: { type: 'string' } },
});
const { dir, only } = values;
const file = join(import.meta.dirname, 'results.json');
const emoji = join(dir, 'emoji');
const corpora: { readonly [name: string]: () => Promise<object> } = {
  emoji: () => prepareEmoji(emoji),
  tuxpaint: async () => ({
    en: await prepareStamps('en', join(dir, 'tuxpaint-en'), join(emoji, 'verifier')),
    ko: await prepareStamps('ko', join(dir, 'tuxpaint-ko'), join(emoji, 'verifier')),
  }),
};
if (only !== undefined && !(only in corpora)) {
  throw new RangeError(`--only ${only}: expected ${Object.keys(corpora).join(' or ')}.`);
}

await setThreads(1);
for (const [name, measure] of Object.entries(corpora)) {
  if (only !== undefined && only !== name) continue;
  const figures = {
    ...(await measure()),
    command: `node benchmarks/prepare/run.ts --only ${name}`,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  };
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as object;
  await writeFile(file, `${JSON.stringify({ ...before, [name]: figures }, null, 2)}\n`);
  console.log(JSON.stringify({ [name]: figures }, null, 2));
}
