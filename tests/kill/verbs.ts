import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClipModel, manifestHash, Tokenizer } from '@anagram/core';
import { runCli } from '../run-cli.ts';
import { writeCorpus } from './corpus.ts';

const config = ['--config', fileURLToPath(new URL('tiny.config.json', import.meta.url)), '--json'];

export const verbNames = ['prepare', 'share', 'negatives', 'train'] as const;
export type VerbName = (typeof verbNames)[number];

export interface Verb {
  /** The command whose results go to `dir`. */
  args(dir: string): string[];
  /** What must come out the same however often it was killed: hashes by name. */
  results(dir: string): Promise<Record<string, string>>;
}

/** Size of the work: long enough to be killed in the middle of it. */
export interface Size {
  readonly count: number;
  readonly steps: number;
}

/** The verbs, with the input that they need made below `root`: pictures for the first, prepared pairs and negatives for the others. */
export async function verbsIn(root: string, { count, steps }: Size): Promise<Record<VerbName, Verb>> {
  const { dir: pictures } = await writeCorpus(root, { count });
  const data = join(root, 'data');
  const plain = (dir: string) => ['prepare', pictures, '--dir', dir, ...config];
  const similar = ['--similar', '0.9', '--similar-model', await writeModel(join(root, 'similar'))];
  const prepare = (dir: string) => [...plain(dir), ...similar];
  const share = (dir: string) => [...plain(dir), '--verifier', join(data, 'verifier'), '--shard', '0/1'];
  const negatives = (dir: string) => ['negatives', data, '--per-pair', '2', '--set', `negatives.dir=${dir}`, ...config];
  const train = (dir: string) => ['train', data, '--dir', dir, '--steps', String(steps), ...config];
  await succeed(plain(data));
  await succeed(negatives(data));
  return {
    prepare: {
      args: prepare,
      results: async (dir) => ({ manifest: await manifestHash(dir), ...(await hashesOf(join(dir, 'verifier'))) }),
    },
    share: {
      args: share,
      // Half-written files of other shares are left to the last prepare.
      results: async (dir) => {
        const hashes = Object.entries(await hashesOf(join(dir, 'work')));
        return Object.fromEntries(hashes.filter(([name]) => !name.includes('.tmp-')));
      },
    },
    negatives: {
      args: negatives,
      results: async (dir) => ({
        manifest: await manifestHash(join(dir, 'negatives')),
        'report.json': sha256(await readFile(join(dir, 'negatives', 'report.json'))),
      }),
    },
    train: {
      args: train,
      results: async (dir) => ({
        'log.jsonl': sha256(await readFile(join(dir, 'log.jsonl'))),
        ...(await hashesOf(join(dir, 'model'))),
      }),
    },
  };
}

/** A model that finds all pictures alike: nobody trained it. */
async function writeModel(dir: string): Promise<string> {
  const tokenizer = Tokenizer.train(['a red circle left of a blue square'], { vocabSize: 514 });
  await using model = await ClipModel.create({ architecture: 'tiny-vit', imageSize: 32, tokenizer, seed: 1 });
  await model.save(dir);
  return dir;
}

async function succeed(args: string[]): Promise<void> {
  const { code, stderr } = await runCli(args);
  if (code !== 0) throw new Error(`anagram ${args.join(' ')} ended with exit code ${code}:\n${stderr}`);
}

/** sha256 of every file below a folder, by its path. */
async function hashesOf(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashes = await Promise.all(
    files.sort().map(async (file) => [file.slice(dir.length + 1), sha256(await readFile(file))]),
  );
  return Object.fromEntries(hashes);
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
