import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NativeError } from './errors.ts';
import { inspectLibtorch, LIBTORCH_VERSION, minor } from './libtorch.ts';
import { RECEIPT, type Receipt } from './libtorch-cache.ts';
import type { Stage } from './stage.ts';
import { unpack } from './unpack.ts';

const UNPACKING = 'unpacking-';
const CHECKSUMS = 'sha256.json';

export interface InstallOptions {
  /** The folder that holds all versions. */
  root: string;
  /** The first is libtorch's, the others are libraries that it needs beside it. */
  archives: readonly string[];
  receipt: Receipt;
  stage: Stage;
  signal?: AbortSignal | undefined;
}

/**
 * Unpacks beside the final place and moves it there in one step, its receipt inside; gives the folder of libtorch.
 * The caller holds the lock.
 */
export async function install({ root, archives, receipt, stage, signal }: InstallOptions): Promise<string> {
  const temporary = join(root, `${UNPACKING}${process.pid}`);
  for (const archive of archives) {
    const options = { archive, into: temporary, keep: isNeeded, signal };
    await unpack({ ...options, onStart: stage.start, onProgress: stage.progress });
  }
  const inspected = await inspectLibtorch(join(temporary, receipt.folder));
  if ('problem' in inspected || minor(inspected.version) !== minor(LIBTORCH_VERSION)) {
    await rm(temporary, { recursive: true, force: true });
    const problem = 'problem' in inspected ? inspected.problem : `it is libtorch ${inspected.version}`;
    throw new NativeError({
      code: 'download-failed',
      what: `${receipt.source} holds no libtorch ${minor(LIBTORCH_VERSION)}: ${problem}.`,
      solutions: ['Try again: npx anagram setup'],
    });
  }
  await writeSynced(join(temporary, RECEIPT), receipt);
  const place = join(root, `${receipt.version}-${receipt.variant}`);
  await rm(place, { recursive: true, force: true });
  await rename(temporary, place);
  await remember(root, basename(archives[0]!), receipt.sha256);
  stage.end(place);
  return join(place, receipt.folder);
}

/** Headers, libraries, CMake's and NVIDIA's part; not Python's. */
function isNeeded(name: string): boolean {
  return /^(torch|libtorch)\/(include|lib|share)\//.test(name) || /^nvidia\/.*\/lib\//.test(name);
}

/** Removes what killed processes left half unpacked. The caller holds the lock. */
export async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.startsWith(UNPACKING)) await rm(join(root, name), { recursive: true, force: true });
  }
}

/** The checksum under which an archive of this name was accepted before, on this machine. */
export async function seenBefore(root: string, name: string): Promise<string | undefined> {
  return (await readChecksums(root))[name];
}

async function remember(root: string, name: string, sha256: string): Promise<void> {
  const file = join(root, CHECKSUMS);
  await writeSynced(`${file}.new`, { ...(await readChecksums(root)), [name]: sha256 });
  await rename(`${file}.new`, file);
}

async function readChecksums(root: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(join(root, CHECKSUMS), 'utf8'));
  } catch {
    return {};
  }
}

async function writeSynced(file: string, content: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
