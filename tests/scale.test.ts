import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestHash } from '@anagram/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeCorpus } from './kill/corpus.ts';
import { runCli } from './run-cli.ts';

const config = ['--config', fileURLToPath(new URL('kill/tiny.config.json', import.meta.url)), '--json'];

let root: string;
/** `anagram prepare` of three chunks and a bit, with a verifier that is there. */
let prepare: (dir: string, ...flags: string[]) => string[];
/** What one process alone comes to. */
let alone: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-scale-'));
  const [few, many] = await Promise.all([80, 800].map((count) => writeCorpus(join(root, String(count)), { count })));
  await succeed(['prepare', few!.dir, '--dir', join(root, 'raw'), ...config]);
  const verifier = join(root, 'raw', 'verifier');
  prepare = (dir, ...flags) => ['prepare', many!.dir, '--dir', dir, '--verifier', verifier, ...flags, ...config];
  await succeed(prepare(join(root, 'alone')));
  alone = await manifestHash(join(root, 'alone'));
});
afterAll(() => rm(root, { recursive: true }));

async function succeed(args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runCli(args);
  if (code !== 0) throw new Error(`anagram ${args.join(' ')} ended with exit code ${code}:\n${stderr}`);
  return JSON.parse(stdout);
}

test('shares side by side, one of them killed, come to what one process alone comes to', async () => {
  const dir = join(root, 'shares');
  const share = (index: number) => prepare(dir, '--shard', `${index}/2`);
  const watch: NonNullable<Parameters<typeof runCli>[1]>['watch'] = (child, stderr) => {
    if (stderr.includes('prepare-score')) child.kill('SIGKILL');
  };
  const [killed] = await Promise.all([runCli(share(0), { watch }), succeed(share(1))]);
  expect(killed.signal).toBe('SIGKILL');
  expect(await succeed(share(0))).toMatchObject({ missing: 0 });
  await succeed(prepare(dir));
  expect(await manifestHash(dir)).toBe(alone);
});

test('a share without a verifier is told to have one', async () => {
  const { code, stderr } = await runCli(['prepare', root, '--dir', join(root, 'none'), '--shard', '0/2']);
  expect(code).toBe(2);
  expect(stderr).toContain('All shares must be judged by one verifier.');
});
