import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FolderKind, kindOf, requireFolderFor } from './folder-kind.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-folder-kind-'));
});
afterEach(() => rm(root, { recursive: true }));

async function folder(name: string, ...files: readonly string[]): Promise<string> {
  for (const file of ['', ...files].map((file) => join(root, name, file || 'notes.txt'))) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '');
  }
  return join(root, name);
}

test.each<[FolderKind | null, readonly string[]]>([
  ['prepared pairs', ['manifest.jsonl', 'pairs-00000.tar', 'verifier/verifier.json']],
  ['prepared pairs', ['manifest.jsonl', 'verdicts-00000.jsonl']],
  ['prepared pairs', ['work/run.json']],
  ['negatives', ['manifest.jsonl', 'settings.json', 'negatives-00000.tar', 'report.json']],
  ['negatives', ['manifest.jsonl', 'negatives-00000.tar']],
  ['a training run', ['run.json', 'model/model.safetensors', 'checkpoint-5/model.safetensors']],
  ['a model', ['config.json', 'model.safetensors']],
  ['an interpolated model', ['interpolation.json', 'model.safetensors']],
  ['an index', ['index.json', 'items.jsonl', 'vectors.f32']],
  ['a verifier', ['verifier.json']],
  ['results of evaluate', ['results.json', 'report.html']],
  [null, ['manifest.jsonl', 'audio-00000.tar']],
  [null, ['verifier/verifier-run.json', 'results.json', 'config.json', 'index.json', 'a.png']],
])('tells %s by its files: %j', async (kind, files) => {
  expect(kindOf(await folder('some', ...files))).toBe(kind);
});

test('refuses a folder that holds another kind, and not one that holds its own, or nothing of ours', async () => {
  const run = await folder('run', 'run.json');
  expect(() => requireFolderFor('prepared pairs', run, '--dir')).toThrow(
    `--dir: ${run} holds a training run. Expected a new folder, or one that holds prepared pairs. Choose another folder.`,
  );
  requireFolderFor('a training run', run, '--dir');
  requireFolderFor('a training run', await folder('both', 'run.json', 'manifest.jsonl', 'pairs-00000.tar'), '--dir');
  requireFolderFor('an index', await folder('mine', 'a.png'), '--dir');
  requireFolderFor('an index', join(root, 'new'), '--dir');
});

test('prepare is kept out of a folder of negatives, and not out of one with a verifier or results', async () => {
  const negatives = await folder('negatives', 'manifest.jsonl', 'settings.json');
  expect(() => requireFolderFor('prepared pairs', negatives, '--dir')).toThrow(`${negatives} holds negatives.`);
  const verifier = await folder('verifier', 'verifier.json', 'verifier-run.json');
  requireFolderFor('prepared pairs', verifier, '--dir');
  expect(() => requireFolderFor('a training run', verifier, '--dir')).toThrow('holds a verifier.');
  const results = await folder('results', 'results.json', 'report.html');
  requireFolderFor('prepared pairs', results, '--dir');
  const index = await folder('index', 'verifier.json', 'results.json', 'report.html', 'vectors.f32');
  expect(() => requireFolderFor('prepared pairs', index, '--dir')).toThrow('holds an index.');
});
