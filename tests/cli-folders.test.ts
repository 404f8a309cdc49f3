import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareBelieved } from './believed-pairs.ts';
import { runCli } from './run-cli.ts';

/** Folders of every kind, as the commands leave them: what is given for another kind is told before any work. */
const config = ['--config', fileURLToPath(new URL('kill/tiny.config.json', import.meta.url))];
let root: string;
const at = (...names: string[]) => join(root, ...names);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-folders-'));
  await prepareBelieved(at('data'), ['A red car on a street.', 'A blue bus on a road.']);
  await succeed('train', at('data'), '--dir', at('run'), '--steps', '1', '--objective', 'clip');
  await succeed('embed', at('data'), '--model', at('run', 'model'), '--dir', at('index'));
});
afterAll(() => rm(root, { recursive: true }));

async function succeed(...args: string[]): Promise<void> {
  const { code, stderr } = await runCli([...args, ...config]);
  expect(code, stderr).toBe(0);
}

test.each<[string, string, (dir: string) => string[]]>([
  ['data', 'prepared pairs', (dir) => ['train', at('data'), '--dir', dir, '--steps', '1']],
  ['data', 'prepared pairs', (dir) => ['embed', at('data'), '--model', at('run', 'model'), '--dir', dir]],
  ['run', 'a training run', (dir) => ['prepare', at('data'), '--dir', dir]],
  ['run', 'a training run', (dir) => ['prepare', at('data'), '--dir', dir, '--shard', '0/2', '--verifier', at('data')]],
  ['index', 'an index', (dir) => ['interpolate', at('run', 'model'), at('run', 'model'), '--dir', dir]],
  ['run/model', 'a model', (dir) => ['interpolate', at('run', 'model'), at('run', 'model'), '--dir', dir]],
])('%s, which holds %s, is not written to by what makes something else', async (name, kind, args) => {
  const before = await readdir(at(name));
  const { code, stderr } = await runCli([...args(at(name)), ...config]);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(`--dir: ${at(name)} holds ${kind}. Expected a new folder`),
  ]);
  expect(await readdir(at(name))).toEqual(before);
});

test('the same command goes on in what it has begun', async () => {
  const ends = [at('run', 'model'), at('run', 'model')];
  for (let time = 0; time < 2; time++) {
    await succeed('interpolate', ...ends, '--dir', at('wise'));
    await succeed('embed', at('data'), '--model', at('wise'), '--dir', at('index'));
  }
  expect(await readdir(at('wise'))).toContain('interpolation.json');
});

test.each<[string, string, () => string[]]>([
  ['pictures', 'anagram prepare PATH --dir ./data`, and then give ./data.', () => ['train', at('photos')]],
  ['a table', 'anagram prepare PATH --dir ./data`, and then give ./data.', () => ['train', at('photos', 'a.csv')]],
  ['a run', 'It holds a training run: give what prepare has filled.', () => ['train', at('run')]],
])('%s in place of prepared pairs: %s', async (_, remedy, args) => {
  await mkdir(at('photos'), { recursive: true });
  await writeFile(at('photos', 'a.csv'), 'image,text\n');
  const [verb, path] = args() as [string, string];
  const { code, stderr } = await runCli([verb, path, '--dir', at('never'), '--steps', '1', ...config]);
  expect([code, stderr]).toEqual([1, expect.stringContaining(`${path} holds no prepared pairs. Expected a folder`)]);
  expect(stderr).toContain(remedy.replace('PATH', path));
});

test('an objective without what it needs asks for what a command line can do', async () => {
  const args = ['train', at('data'), '--dir', at('never'), '--steps', '1', '--objective', 'negclip', ...config];
  const { code, stderr } = await runCli(args);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Write negatives (`anagram negatives`), or choose')]);
});
