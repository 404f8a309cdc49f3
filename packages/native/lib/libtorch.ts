import { existsSync, readFileSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheFolder, type Environment } from './cache.ts';
import { NativeError } from './errors.ts';
import { cachedLibtorch } from './libtorch-cache.ts';
import { run } from './process-run.ts';

/** The libtorch that Anagram is tested with and that `setup` fetches. */
export const LIBTORCH_VERSION = '2.13.0';

export interface Libtorch {
  /** Absolute path of the folder with `include/` and `lib/`. */
  folder: string;
  /** E.g. `2.13.0`. */
  version: string;
  from: 'ANAGRAM_LIBTORCH' | 'python' | 'cache';
}

export interface ResolveOptions {
  /** Default `process.env`. */
  env?: Environment;
  /** Programs asked for a torch of their own. Default `python3`, `python`. */
  pythons?: readonly string[];
  signal?: AbortSignal | undefined;
}

const libraryFile = process.platform === 'darwin' ? 'libtorch_cpu.dylib' : 'libtorch_cpu.so';
const needed = ['include/torch/csrc/api/include/torch/torch.h', 'include/ATen/ATen.h', `lib/${libraryFile}`];

/** The version of the libtorch in `folder`, or why it cannot be used. */
export async function inspectLibtorch(folder: string): Promise<{ version: string } | { problem: string }> {
  for (const file of needed) {
    try {
      await access(join(folder, file));
    } catch {
      return { problem: `${file} is missing` };
    }
  }
  const version = libtorchVersion(folder);
  if (version === undefined) return { problem: 'its headers name no version' };
  if (!version.startsWith('2.')) return { problem: `it is libtorch ${version}, not 2.x` };
  const flags = await readFile(join(folder, 'share/cmake/Torch/TorchConfig.cmake'), 'utf8').catch(() => '');
  if (flags.includes('_GLIBCXX_USE_CXX11_ABI=0')) {
    return { problem: `it is libtorch ${version} built with the C++ string ABI from before C++11` };
  }
  return { version };
}

/** As its headers tell. */
export function libtorchVersion(folder: string): string | undefined {
  // Where the header lies has changed between releases.
  for (const file of ['include/torch/headeronly/version.h', 'include/torch/csrc/api/include/torch/version.h']) {
    const header = existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
    const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) => header.match(`#define TORCH_VERSION_${part} (\\d+)`)?.[1]);
    if (parts.every((part) => part !== undefined)) return parts.join('.');
  }
  return undefined;
}

/** True for the pinned minor version; others of 2.x are used only where `ANAGRAM_LIBTORCH` asks for them. */
export function isPinned(version: string): boolean {
  return minor(version) === minor(LIBTORCH_VERSION);
}

export function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/**
 * Looks for a libtorch, in order: `ANAGRAM_LIBTORCH`, the torch of the Python on the PATH if it is of the pinned
 * version, the managed cache that `setupLibtorch` fills. Fetches nothing.
 * @throws NativeError `libtorch-wrong` when `ANAGRAM_LIBTORCH` is set and cannot be used: a wish is not passed over.
 */
export async function findLibtorch(
  options: ResolveOptions = {},
): Promise<{ found: Libtorch | undefined; tried: string[] }> {
  const { env = process.env, pythons = ['python3', 'python'], signal } = options;
  if (env.ANAGRAM_LIBTORCH) return { found: await wished(env.ANAGRAM_LIBTORCH), tried: [] };
  const tried = ['ANAGRAM_LIBTORCH: not set'];
  for (const python of pythons) {
    const outcome = await torchOf(python, env, signal);
    if (typeof outcome !== 'string') return { found: outcome, tried };
    tried.push(`${python}: ${outcome}`);
  }
  const root = cacheFolder(env);
  const found = await cachedLibtorch(root, LIBTORCH_VERSION);
  if (found === undefined) tried.push(`${root}: holds no libtorch ${LIBTORCH_VERSION}`);
  return {
    found: found === undefined ? undefined : { folder: found, version: LIBTORCH_VERSION, from: 'cache' },
    tried,
  };
}

/**
 * As `findLibtorch`, for those who cannot go on without one.
 * @throws NativeError `libtorch-missing`, `libtorch-wrong`.
 */
export async function resolveLibtorch(options: ResolveOptions = {}): Promise<Libtorch> {
  const { found, tried } = await findLibtorch(options);
  if (found) return found;
  throw new NativeError({
    code: 'libtorch-missing',
    what: 'No libtorch was found.',
    tried,
    solutions: [
      'Fetch it into the cache: npx anagram setup',
      'Use one that you have: ANAGRAM_LIBTORCH=/path/to/libtorch (the folder with include/ and lib/)',
    ],
  });
}

async function wished(path: string): Promise<Libtorch> {
  const folder = resolve(path);
  const inspected = await inspectLibtorch(folder);
  if ('version' in inspected) return { folder, version: inspected.version, from: 'ANAGRAM_LIBTORCH' };
  throw new NativeError({
    code: 'libtorch-wrong',
    what: `ANAGRAM_LIBTORCH=${path} cannot be used: ${inspected.problem}. Expected the folder of a libtorch ${minor(LIBTORCH_VERSION)} with include/ and lib/.`,
    tried: [folder],
    solutions: [
      'Let Anagram fetch its own: unset ANAGRAM_LIBTORCH && npx anagram setup',
      `Use a Python's torch ${LIBTORCH_VERSION}: export ANAGRAM_LIBTORCH=$(python3 -c "import torch; print(torch.__path__[0])")`,
    ],
  });
}

/** The torch of a Python, found without importing it, or why not. */
async function torchOf(python: string, env: Environment, signal?: AbortSignal): Promise<Libtorch | string> {
  const script =
    'import importlib.util as u; s = u.find_spec("torch"); print((s and s.submodule_search_locations or [""])[0])';
  const { code, output } = await run(python, ['-c', script], { env, signal, timeout: 20_000 });
  if (code !== 0) return code === null ? 'not found' : 'did not answer';
  const folder = output.trim().split('\n').at(-1) ?? '';
  if (folder === '') return 'has no torch';
  const inspected = await inspectLibtorch(folder);
  if ('problem' in inspected) return `its torch in ${folder} does not fit: ${inspected.problem}`;
  if (isPinned(inspected.version)) return { folder, version: inspected.version, from: 'python' };
  return `its torch in ${folder} is ${inspected.version}, not ${minor(LIBTORCH_VERSION)} (to use it anyway: ANAGRAM_LIBTORCH=${folder})`;
}
