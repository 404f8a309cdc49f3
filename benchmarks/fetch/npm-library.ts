import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '@anagram/native';

const run = promisify(execFile);

/**
 * The folder of a project with packages of npm, installed in Anagram's cache at first use without running any install script.
 * @param name Of the folder; holds the version.
 * @throws Error where there is no network or npm.
 */
export async function npmLibrary(name: string, packages: readonly string[], flags: readonly string[]): Promise<string> {
  const root = join(cacheFolder(process.env), 'small-model');
  const path = join(root, name);
  if (existsSync(path)) return path;
  await mkdir(root, { recursive: true });
  // Made aside and moved into place, so that a stop leaves nothing half.
  const aside = await mkdtemp(join(root, 'installing-'));
  try {
    await writeFile(join(aside, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const quiet = ['--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', ...quiet, ...flags, ...packages], { cwd: aside });
    await rename(aside, path).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster.
      if (!existsSync(path)) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return path;
}

/** A project with transformers.js, whose ONNX Runtime brings its binaries for processors in the package. */
export function transformersJs(): Promise<string> {
  const version = '4.3.2';
  return npmLibrary(`transformers-js-${version}`, [`@huggingface/transformers@${version}`], []);
}
