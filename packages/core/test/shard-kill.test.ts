import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manifestHash } from '../src/shard/manifest.ts';
import { runProgram } from './fixtures/run-program.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterAll(() => rm(root, { recursive: true }));

/** @param killAfter Lines that the program prints before it is killed. @returns Whether it came to its end. */
async function run(dir: string, killAfter: number | null): Promise<boolean> {
  const killIn = (lines: readonly string[]) => (killAfter !== null && lines.length >= killAfter ? 0 : null);
  return (await runProgram('write-shards.ts', [dir], killIn)).finished;
}

test('killed again and again, the same command comes to the same manifest', async () => {
  const whole = join(root, 'whole');
  expect(await run(whole, null)).toBe(true);
  const killed = join(root, 'killed');
  for (const killAfter of [1, 1, 2, 4, 6]) await run(killed, killAfter);
  expect(await run(killed, null)).toBe(true);
  expect(await manifestHash(killed)).toBe(await manifestHash(whole));
  expect(await readdir(killed)).toEqual(await readdir(whole));
});
