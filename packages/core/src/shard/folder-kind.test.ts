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
  ['prepared pairs', ['manifest.jsonl', 'verifier/verifier.json']],
  ['prepared pairs', ['work/run.json']],
  ['a training run', ['run.json', 'model/model.safetensors', 'checkpoint-5/model.safetensors']],
  ['a model', ['config.json', 'model.safetensors']],
  ['an interpolated model', ['interpolation.json', 'model.safetensors']],
  ['an index', ['index.json', 'items.jsonl', 'vectors.f32']],
  ['a verifier', ['verifier.json']],
  ['results of evaluate', ['results.json', 'report.html']],
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
  requireFolderFor('a training run', await folder('both', 'run.json', 'manifest.jsonl'), '--dir');
  requireFolderFor('an index', await folder('mine', 'a.png'), '--dir');
  requireFolderFor('an index', join(root, 'new'), '--dir');
});
