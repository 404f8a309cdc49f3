import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AnagramError, writeAtomic } from '@anagram/core';
import { download, unpack } from '@anagram/native';
import type { Download, RemoteFile } from './catalogue.ts';

/** What became of one file. */
export interface Fetched {
  readonly path: string;
  readonly sha256: string;
  /**
   * `pinned`: it is the file that the catalogue names. `locked`: it is the one of the first fetch. `recorded`: this was the first fetch, and
   * there was nothing to compare it with. `there`: it was unpacked before.
   */
  readonly check: 'pinned' | 'locked' | 'recorded' | 'there';
}

export interface FetchOptions {
  readonly name: string;
  readonly source: Download;
  /** Receives the files and `fetch-lock.json`. */
  readonly dir: string;
  /** For a gated source; sent to its host alone. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (path: string, done: number, total: number | null) => void;
  readonly onFile?: (file: Fetched) => void;
}

export const lockFile = 'fetch-lock.json';

type Lock = { [path: string]: { url: string; sha256: string } };

/**
 * Fetches a benchmark's files one after the other, taking up what an earlier attempt has left. A file with a known SHA-256 has to have
 * it. Of another one the SHA-256 is written down at the first fetch, and every later fetch has to give the same.
 * @throws AnagramError `invalid-options` for a gated source without a token, `source-failed` where its owners refuse it; NativeError
 * `download-failed`.
 */
export async function fetchFiles({
  name,
  source,
  dir,
  token,
  signal,
  onProgress,
  onFile,
}: FetchOptions): Promise<Fetched[]> {
  if (source.gated !== undefined && (token ?? '') === '') {
    throw new AnagramError(
      'invalid-options',
      `The owners of ${name} ask for their terms to be accepted: do so at ${source.gated}, and set HF_TOKEN to a token of that account.`,
      { where: 'HF_TOKEN' },
    );
  }
  await mkdir(dir, { recursive: true });
  const lock = await readLock(dir);
  const fetched: Fetched[] = [];
  for (const file of source.files) {
    signal?.throwIfAborted();
    const one = await fetchFile(file);
    fetched.push(one);
    onFile?.(one);
  }
  return fetched;

  async function fetchFile(file: RemoteFile): Promise<Fetched> {
    const known = lock[file.path]?.url === file.url ? lock[file.path]!.sha256 : undefined;
    const path = join(dir, file.path);
    const unpacked = `${path.replace(/\.zip$/, '')}.unpacked`;
    if (file.unpack && known !== undefined && (await exists(unpacked))) {
      return { path: file.path, sha256: known, check: 'there' };
    }
    await mkdir(dirname(path), { recursive: true });
    const sha256 = await download({
      url: file.url,
      file: path,
      sha256: file.sha256 ?? known,
      headers: headersFor(file.url, source, token),
      again: `npm run fetch-benchmarks -- ${name}`,
      signal,
      onProgress: (done, total) => onProgress?.(file.path, done, total),
    }).catch((error: unknown) => {
      throw explained(error, name, source);
    });
    lock[file.path] = { url: file.url, sha256 };
    await writeAtomic(join(dir, lockFile), `${JSON.stringify(lock, null, 2)}\n`);
    if (file.unpack) {
      await unpack({ archive: path, into: dir, keep: () => true, signal });
      await writeAtomic(unpacked, '');
      await rm(path);
    }
    return { path: file.path, sha256, check: file.sha256 ? 'pinned' : known ? 'locked' : 'recorded' };
  }
}

/** The token is for the host that asks for it alone. */
function headersFor(url: string, { gated }: Download, token: string | undefined): { [name: string]: string } {
  const asks = gated !== undefined && new URL(gated).host === new URL(url).host;
  return asks && token ? { authorization: `Bearer ${token}` } : {};
}

/** A gated host that refuses a token says little. */
function explained(error: unknown, name: string, { gated }: Download): unknown {
  if (gated === undefined || !(error instanceof Error) || !/answered 40[13]\b/.test(error.message)) return error;
  return new AnagramError(
    'source-failed',
    `The owners of ${name} refuse this HF_TOKEN: accept their terms at ${gated} with the account that it belongs to.`,
    { path: gated },
    { cause: error },
  );
}

async function readLock(dir: string): Promise<Lock> {
  const path = join(dir, lockFile);
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    return JSON.parse(text) as Lock;
  } catch {
    const message = `${path} is not JSON. It holds the checksums of earlier fetches; mend it, or remove it to trust the next fetch.`;
    throw new AnagramError('source-failed', message, { path });
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
