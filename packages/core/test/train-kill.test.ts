import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './fixtures/run-program.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-train-kill-'));
});
afterAll(() => rm(root, { recursive: true }));

/**
 * @param kill Steps that the program does, and milliseconds after them, before it is killed: within a step or within the
 * writing of a checkpoint or of the model.
 * @returns Whether it came to its end.
 */
async function run(dir: string, kill: { steps: number; delay: number } | null): Promise<boolean> {
  const killIn = (lines: readonly string[]) => (kill && lines.length >= kill.steps ? kill.delay : null);
  return (await runProgram('train-tiny.ts', [dir], killIn)).finished;
}

test('killed again and again, the same command comes to the same weights and the same log', async () => {
  const [whole, killed] = [join(root, 'whole'), join(root, 'killed')];
  expect(await run(whole, null)).toBe(true);
  let kills = 0;
  for (const kill of [
    { steps: 1, delay: 0 },
    { steps: 2, delay: 5 },
    { steps: 2, delay: 15 },
    { steps: 3, delay: 2 },
    { steps: 2, delay: 30 },
  ]) {
    if (!(await run(killed, kill))) kills++;
  }
  expect(kills).toBeGreaterThanOrEqual(4);
  expect(await run(killed, null)).toBe(true);
  for (const file of [
    'log.jsonl',
    'model/model.safetensors',
    'model/tokenizer.json',
    'model/anagram_config.json',
    'model-ema/model.safetensors',
    'adapter/adapter_model.safetensors',
  ]) {
    expect((await readFile(join(killed, file))).equals(await readFile(join(whole, file))), file).toBe(true);
  }
  expect((await readdir(killed)).sort()).toEqual((await readdir(whole)).sort());
});
