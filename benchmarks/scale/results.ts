import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** Writes what one benchmark found into `results.json`, with processor and commit, and leaves the others' as they are. */
export async function writeResults(name: string, found: object): Promise<void> {
  const file = join(import.meta.dirname, 'results.json');
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as object;
  const results = {
    ...found,
    processor: `${cpus()[0]?.model}, ${cpus().length} threads`,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  };
  await writeFile(file, `${JSON.stringify({ ...before, [name]: results }, null, 2)}\n`);
  console.log(JSON.stringify(results, null, 2));
}
