import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './fixtures/run-program.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'evaluate-kill-'));
});
afterAll(() => rm(root, { recursive: true }));

/** @param killAt The program is killed when it prints this line. @returns What it printed. */
async function run(dir: string, killAt: string | null): Promise<readonly string[]> {
  const killIn = (lines: readonly string[]) => (killAt !== null && lines.includes(killAt) ? 0 : null);
  return (await runProgram('evaluate-tiny.ts', [dir], killIn)).printed;
}

const calls = (lines: readonly string[]) => lines.filter((line) => /^(images|texts)/.test(line));

test('each picture and text of several tasks is embedded once, and a second run embeds and scores nothing', async () => {
  const dir = join(root, 'whole');
  const first = await run(dir, null);
  expect(calls(first)).toEqual(['images 200', 'texts 200', 'images 390', 'texts 390', 'images 10', 'texts 10']);
  const before = await readFile(join(dir, 'results.json'), 'utf8');
  expect(await run(dir, null)).toEqual(['done 200 before', 'done 590 before', 'done 600 before']);
  expect(await readFile(join(dir, 'results.json'), 'utf8')).toBe(before);
});

test('killed again and again, it embeds no block that was written, and comes to the same results', async () => {
  const dir = join(root, 'killed');
  for (const killAt of ['images 200', 'texts 200', 'texts 390', 'images 10']) await run(dir, killAt);
  const last = await run(dir, null);
  expect(last.slice(0, 1)).toEqual(['done 200 before']);
  expect(calls(last)).not.toContain('images 390');
  expect(await readFile(join(dir, 'results.json'), 'utf8')).toBe(
    await readFile(join(root, 'whole', 'results.json'), 'utf8'),
  );
});
