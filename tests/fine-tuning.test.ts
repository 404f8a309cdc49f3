import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeCorpus } from './kill/corpus.ts';
import { runCli } from './run-cli.ts';

const config = ['--config', fileURLToPath(new URL('kill/tiny.config.json', import.meta.url))];
let root: string;
const at = (...names: string[]) => join(root, ...names);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-fine-tuning-'));
  const corpus = await writeCorpus(root, { count: 90 });
  await json<object>('prepare', corpus.dir, '--dir', at('data'));
  await json<object>('train', at('data'), '--dir', at('start'), '--steps', '2');
});
afterAll(() => rm(root, { recursive: true }));

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli([...args, ...config, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

const train = (name: string, ...flags: string[]) =>
  json<{ modelDir: string; adapterDir: string; emaModelDir: string }>(
    ...['train', at('data'), '--model', at('start', 'model'), '--dir', at(name), '--steps', '2', ...flags],
  );
const weights = (dir: string) => readFile(join(dir, 'model.safetensors'));

test('adapters are trained beside a locked tower at another size, and the average is a model at any', async () => {
  const parts = ['--freeze', 'image', '--lora', '2', '--set', 'train.lora.towers=["text"]'];
  const { adapterDir, emaModelDir } = await train(
    ...(['adapted', '--image-size', '40', ...parts, '--set', 'train.ema.decay=0.9'] as const),
  );
  expect(existsSync(join(adapterDir, 'adapter_config.json'))).toBe(true);
  // Away from its run, nothing tells what a model was trained on.
  await cp(emaModelDir, at('average'), { recursive: true });
  const smaller = ['--set', 'model.imageSize=32'];
  const results = await json<object>('evaluate', at('data'), '--model', at('average'), ...smaller);
  expect(Object.keys(results).length).toBeGreaterThan(0);
  const other = await runCli(['interpolate', at('start', 'model'), emaModelDir, '--dir', at('never'), ...config]);
  expect([other.code, existsSync(at('never'))]).toEqual([1, false]);
  expect(other.stderr).toContain('differ in vision.imageSize');
});

test('a model goes a part of the way back, by several shares', async () => {
  const { modelDir } = await train('tuned');
  const ends = [at('start', 'model'), modelDir] as const;
  const alphas = ['--alpha', '0', '--alpha', '0.5'];
  const models = await json<{ dir: string }[]>('interpolate', ...ends, ...alphas, '--dir', at('wise'));
  expect(models.map(({ dir }) => dir)).toEqual([at('wise', 'alpha-0'), at('wise', 'alpha-0.5')]);
  expect((await weights(models[0]!.dir)).equals(await weights(ends[0]))).toBe(true);
  expect((await weights(models[1]!.dir)).equals(await weights(ends[0]))).toBe(false);
  const missing = await runCli(['interpolate', at('nothing'), modelDir, '--dir', at('never'), ...config]);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('START')]);
});
