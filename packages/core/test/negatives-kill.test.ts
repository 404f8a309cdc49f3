import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manifestHash } from '../src/shard/manifest.ts';
import { type ProgramRun, runProgram } from './fixtures/run-program.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterAll(() => rm(root, { recursive: true }));

/** @param killAfter Lines that the program prints before it is killed. @returns What it printed, and whether it came to its end. */
function run(dir: string, killAfter: number | null): Promise<ProgramRun> {
  const killIn = (lines: readonly string[]) => (killAfter !== null && lines.length >= killAfter ? 0 : null);
  return runProgram('write-negatives.ts', [dir, join(root, 'pairs')], killIn);
}

const asked = (printed: readonly string[]) => printed.filter((line) => line.startsWith('asked')).length;

test('killed again and again, writing negatives comes to the same manifest and asks its generator for nothing twice', async () => {
  await run('prepare', null);
  const whole = await run(join(root, 'whole'), null);
  expect(asked(whole.printed)).toBe(30);
  const killed = join(root, 'killed');
  let questions = 0;
  for (const killAfter of [1, 3, 7, 8, 11]) questions += asked((await run(killed, killAfter)).printed);
  const last = await run(killed, null);
  expect(last.finished).toBe(true);
  // At each kill the two questions under way may be lost.
  expect(questions + asked(last.printed)).toBeLessThanOrEqual(30 + 2 * 5);
  const folders = [join(killed, 'negatives'), join(root, 'whole', 'negatives')] as const;
  expect(await manifestHash(folders[0])).toBe(await manifestHash(folders[1]));
  expect(await readdir(folders[0])).toEqual(await readdir(folders[1]));
});
