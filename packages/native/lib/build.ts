import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, freemem } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { withDiskAdvice } from './advice.ts';
import { addonFile, type BuildRecord, readBuildRecord, recordFile } from './built.ts';
import type { Environment } from './cache.ts';
import { NativeError } from './errors.ts';
import { type Libtorch, libtorchVersion } from './libtorch.ts';
import { withLock } from './lock.ts';
import { packageRoot } from './package-root.ts';
import { run } from './process-run.ts';
import { setupLibtorch } from './setup.ts';
import type { OnSetupEvent } from './setup-events.ts';
import { stageOf } from './stage.ts';
import { checkToolchain } from './toolchain.ts';

export interface BuildOptions {
  signal?: AbortSignal | undefined;
  onEvent?: OnSetupEvent | undefined;
  /** The compiler's and cmake's own words. */
  onLine?: ((line: string) => void) | undefined;
  env?: Environment | undefined;
}

export interface BuildResult {
  addon: string;
  libtorch: string;
  /** False: it was up to date. */
  built: boolean;
}

/**
 * Builds the addon, if anything that it depends on has changed, with cmake-js against node-api-headers. Fetches libtorch
 * first where there is none; needs no network after that.
 * @throws NativeError `compiler-missing`, `cmake-missing`, `build-failed`, and what `setupLibtorch` throws.
 */
export async function buildAddon(options: BuildOptions = {}): Promise<BuildResult> {
  const { signal, onEvent = () => {}, env = process.env } = options;
  const build = join(packageRoot, 'build');
  const onWait = () => onEvent({ type: 'stage-start', stage: 'setup-wait', total: null });
  return await withDiskAdvice(build, 1e9, async () => {
    return await withLock(join(build, 'lock'), { signal, onWait }, async () => {
      const current = await upToDate(env);
      if (current) return { addon: addonFile, libtorch: current.libtorch, built: false };
      await checkToolchain(env);
      const libtorch = await setupLibtorch({ signal, onEvent, env });
      const key = await keyOf(libtorch); // before the build: a file changed during it counts as changed
      await compile(libtorch, options);
      const record: BuildRecord = { libtorch: libtorch.folder, version: libtorch.version, key };
      await writeFile(recordFile, `${JSON.stringify(record, null, 2)}\n`);
      return { addon: addonFile, libtorch: libtorch.folder, built: true };
    });
  });
}

/** The record of the last build if nothing that it depends on has changed since, and its libtorch is still there. */
export async function upToDate(env: Environment): Promise<BuildRecord | undefined> {
  const record = readBuildRecord();
  if (!record || (env.ANAGRAM_LIBTORCH && resolve(env.ANAGRAM_LIBTORCH) !== record.libtorch)) return undefined;
  try {
    await access(addonFile);
    await access(join(record.libtorch, 'lib'));
  } catch {
    return undefined;
  }
  if (libtorchVersion(record.libtorch) !== record.version) return undefined;
  return record.key === (await keyOf({ folder: record.libtorch, version: record.version })) ? record : undefined;
}

/** Hash of the sources, the build's own files, the border's headers and libtorch. */
async function keyOf({ folder, version }: Pick<Libtorch, 'folder' | 'version'>): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([packageRoot, folder, version, process.platform, process.arch, headerVersions()]));
  for (const file of await sources()) {
    hash.update(`\0${relative(packageRoot, file)}\0`);
    hash.update(await readFile(file));
  }
  return hash.digest('hex');
}

async function sources(): Promise<string[]> {
  const found = [join(packageRoot, 'CMakeLists.txt')];
  for (const folder of ['src', 'kernels', join('test', 'cc')]) {
    const root = join(packageRoot, folder);
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    found.push(...entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)));
  }
  return found.sort();
}

const require = createRequire(import.meta.url);

function headerVersions(): string[] {
  return ['node-addon-api', 'node-api-headers'].map((name) => require(`${name}/package.json`).version as string);
}

async function compile(libtorch: Libtorch, options: BuildOptions): Promise<void> {
  const { signal, onEvent = () => {}, onLine, env = process.env } = options;
  const build = join(packageRoot, 'build');
  await forgetForeignCache(build);
  await mkdir(dirname(recordFile), { recursive: true });
  const cmakeJs = join(dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js');
  const stage = stageOf(onEvent, 'addon-build');
  stage.start(null);
  const read = (line: string) => {
    const count = /^\[ *(\d+)(?:\/(\d+)|%)\]/.exec(line);
    if (count) stage.progress(Number(count[1]), Number(count[2] ?? 100));
    onLine?.(line);
  };
  // A unit that includes torch takes over 1 GB to compile.
  const parallel = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / 1.5e9)));
  for (const args of [
    ['configure', `--CDANAGRAM_LIBTORCH=${libtorch.folder}`],
    ['build', '--parallel', `${parallel}`],
  ]) {
    const command = [cmakeJs, ...args, '-d', packageRoot];
    const { code, output } = await run(process.execPath, command, { cwd: packageRoot, env, signal, onLine: read });
    if (code === 0) continue;
    if (output.includes('No space left on device')) throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    throw buildFailed(libtorch, args[0]!, output);
  }
  stage.end(addonFile);
}

/** cmake refuses a build folder that was made for another place, which a copied or moved checkout brings along. */
async function forgetForeignCache(build: string): Promise<void> {
  const cache = await readFile(join(build, 'CMakeCache.txt'), 'utf8').catch(() => '');
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(cache)?.[1];
  if (home === undefined || join(home) === join(packageRoot, '.')) return;
  for (const name of await readdir(build)) {
    if (name !== 'lock') await rm(join(build, name), { recursive: true, force: true });
  }
}

function buildFailed(libtorch: Libtorch, step: string, output: string): NativeError {
  const lines = output.trimEnd().split('\n');
  const first = lines.findIndex((line) => /\berror\b/i.test(line));
  const shown = first < 0 ? lines.slice(-20) : lines.slice(Math.max(0, first - 2), first + 18);
  return new NativeError({
    code: 'build-failed',
    what: `The addon could not be built: cmake-js ${step} failed.\n\n${shown.join('\n')}\n`,
    tried: [`libtorch ${libtorch.version} in ${libtorch.folder}`],
    solutions: [
      'See all of it: npm run build:addon -w @anagram/native',
      'Start over: rm -rf packages/native/build && npm run build:addon -w @anagram/native',
    ],
  });
}
