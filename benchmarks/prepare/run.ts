import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setThreads } from '@anagram/core';
import { prepareEmoji } from './emoji.ts';

const { values } = parseArgs({ options: { dir: { type: 'string', default: 'anagram-prepare' } } });
const file = join(import.meta.dirname, 'results.json');

await setThreads(1);
const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as object;
const results = {
  ...before,
  emoji: {
    ...(await prepareEmoji(join(values.dir, 'emoji'))),
    command: 'node benchmarks/prepare/run.ts',
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  },
};
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
console.log(JSON.stringify(results.emoji, null, 2));
