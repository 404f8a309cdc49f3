import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Binding } from './binding.ts';
import { addonFile, type BuildRecord, readBuildRecord } from './built.ts';
import { messageOf, NativeError } from './errors.ts';
import { libtorchVersion, minor } from './libtorch.ts';

let loaded: Binding | undefined;

const rebuild = 'Build it: npx anagram setup (in a checkout: npm run build:addon -w @anagram/native)';

/**
 * Makes OpenMP's threads sleep instead of spin while they wait, unless the user has chosen: beside another busy process
 * spinning made a step 9.6 times slower. Only the main thread can do it (a worker's `process.env` is a copy) and only
 * before the addon is first loaded, so call it there before starting workers that train.
 */
export function quietOpenMp(): void {
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE';
}

/**
 * Loads the addon, once for each JavaScript context, and stops its engine thread when the process exits.
 * @throws NativeError `addon-missing`, `addon-mismatch`, `load-failed`; each lists what was tried and what helps.
 */
export function loadBinding(): Binding {
  if (loaded) return loaded;
  quietOpenMp();
  const record = readBuildRecord();
  requireBuilt(record);
  requireSameLibtorch(record, process.env.ANAGRAM_LIBTORCH);
  const binding = open();
  const { libtorch, compiledAgainst } = binding.info();
  if (minor(libtorch) !== minor(compiledAgainst)) throw mismatch(`libtorch ${compiledAgainst}`, `libtorch ${libtorch}`);
  // Environment cleanup hooks do not run on process.exit() in the main thread, and a busy engine thread then crashes.
  process.on('exit', () => binding.stop());
  loaded = binding;
  return binding;
}

function requireBuilt(record: BuildRecord | undefined): asserts record is BuildRecord {
  if (record && existsSync(addonFile)) return;
  throw new NativeError({
    code: 'addon-missing',
    what: 'The addon has not been built on this machine.',
    tried: [addonFile],
    solutions: [rebuild],
  });
}

/** What the addon was built with is still what it will find, and what the user wants. */
export function requireSameLibtorch(record: BuildRecord, wished: string | undefined): void {
  const library = join(record.libtorch, 'lib');
  if (!existsSync(library)) {
    throw new NativeError({
      code: 'load-failed',
      what: `The libtorch that the addon was built with is gone from ${record.libtorch}.`,
      tried: [library],
      solutions: [rebuild],
    });
  }
  const version = libtorchVersion(record.libtorch);
  if (version !== undefined && minor(version) !== minor(record.version)) {
    throw mismatch(
      `libtorch ${record.version}`,
      `libtorch ${version}, which has taken its place in ${record.libtorch}`,
    );
  }
  if (!wished || (existsSync(wished) && realpathSync(wished) === realpathSync(record.libtorch))) return;
  throw mismatch(record.libtorch, `ANAGRAM_LIBTORCH=${wished}`);
}

function mismatch(built: string, found: string): NativeError {
  return new NativeError({
    code: 'addon-mismatch',
    what: `The addon was built with ${built}, but is to run with ${found}.`,
    solutions: [rebuild, 'Keep the one that it was built with: unset ANAGRAM_LIBTORCH'],
  });
}

function open(): Binding {
  try {
    return createRequire(import.meta.url)(addonFile) as Binding;
  } catch (error) {
    throw loadFailed(messageOf(error), error);
  }
}

/** What the dynamic linker said, with what helps against it. */
export function loadFailed(said: string, cause?: unknown): NativeError {
  const solutions = [rebuild];
  if (/GLIBC_|GLIBCXX_/.test(said)) {
    solutions.push('libtorch needs glibc 2.28 or newer (Debian 10, RHEL 8, Ubuntu 20.04): ldd --version');
  } else if (/undefined symbol/.test(said)) {
    solutions.push('Another libtorch may come first: unset LD_PRELOAD LD_LIBRARY_PATH');
  } else if (/cannot open shared object file/.test(said)) {
    solutions.push(`See which library is missing: ldd ${addonFile} | grep 'not found'`);
  }
  const what = `The addon could not be loaded: ${said.split('\n')[0]}.`;
  return new NativeError({ code: 'load-failed', what, tried: [addonFile], solutions, cause });
}
