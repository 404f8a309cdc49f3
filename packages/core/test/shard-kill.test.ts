import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manifestHash } from '../src/shard/manifest.ts';

const program = fileURLToPath(new URL('fixtures/write-shards.ts', import.meta.url));
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterAll(() => rm(root, { recursive: true }));

/** @param killAfter Lines that the program prints before it is killed. @returns Whether it came to its end. */
function run(dir: string, killAfter: number | null): Promise<boolean> {
  const flags = ['--conditions=@anagram/source', '--experimental-strip-types', '--no-warnings'];
  const child = spawn(process.execPath, [...flags, program, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let lines = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1;
    if (killAfter !== null && lines >= killAfter) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(code === 0);
      else reject(new Error(`exit code ${code}`));
    });
  });
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
