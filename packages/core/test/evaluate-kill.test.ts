import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = fileURLToPath(new URL('fixtures/evaluate-tiny.ts', import.meta.url));
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'evaluate-kill-'));
});
afterAll(() => rm(root, { recursive: true }));

/** @param killAt The program is killed when it prints this line. @returns What it printed. */
function run(dir: string, killAt: string | null): Promise<string[]> {
  const flags = ['--conditions=@anagram/source', '--experimental-strip-types', '--no-warnings'];
  const child = spawn(process.execPath, [...flags, program, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (killAt !== null && text.includes(`${killAt}\n`)) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(text.split('\n').slice(0, -1));
      else reject(new Error(`exit code ${code}`));
    });
  });
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
