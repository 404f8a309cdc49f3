import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, NativeError } from './errors.ts';

export interface DownloadOptions {
  url: string;
  /** Where the finished file lies; `FILE.part` grows beside it and outlives a killed process. */
  file: string;
  /** Hex; the file is refused when it differs. */
  sha256?: string | undefined;
  signal?: AbortSignal | undefined;
  onStart?: (total: number | null, resumedFrom: number) => void;
  onProgress?: (done: number, total: number | null) => void;
  /** Times that a broken connection is taken up again. */
  retries?: number;
  /** Sent with each request. */
  headers?: { readonly [name: string]: string };
  /** What starts the download again, for errors. @default 'npx anagram setup' */
  again?: string;
}

/**
 * Fetches a large file, taking up where an earlier attempt stopped (HTTP Range, guarded by the server's ETag), and gives
 * its sha256. The file appears under its name only when it is whole and right.
 * @throws NativeError `download-failed`; `signal.reason` after an abort, with what came so far kept.
 */
export async function download(options: DownloadOptions): Promise<string> {
  const { url, file, signal, retries = 3, again = 'npx anagram setup' } = options;
  const part = `${file}.part`;
  const whole = await sha256Of(file).catch(() => undefined);
  if (whole !== undefined && (options.sha256 ?? whole) === whole) return whole;
  for (let attempt = 0; ; attempt++) {
    try {
      await fetchRest(options, part);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= retries || !isPassing(error)) throw asFailure(url, again, error);
      await sleep(200 * 2 ** attempt, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
  const sha256 = await sha256Of(part);
  if (options.sha256 !== undefined && sha256 !== options.sha256) {
    await forget(part);
    throw checksumWrong(url, options.sha256, sha256, options.again);
  }
  await rename(part, file);
  await rm(validatorOf(part), { force: true });
  return sha256;
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

export function checksumWrong(source: string, expected: string, received: string, again?: string): NativeError {
  return new NativeError({
    code: 'download-failed',
    what: `What came from ${source} is not what was expected: sha256 ${expected} was expected, ${received} received. It was thrown away.`,
    solutions: again
      ? [`Try again: ${again}`]
      : [
          'Try again: npx anagram setup',
          'If a proxy changes downloads, fetch libtorch another way and set ANAGRAM_LIBTORCH=/path/to/libtorch',
        ],
  });
}

/** Worth another attempt. */
class BrokenOff extends Error {}

function asFailure(url: string, again: string, error: unknown): unknown {
  if (!(error instanceof BrokenOff || error instanceof TypeError)) return error;
  return new NativeError({
    code: 'download-failed',
    what: `${url} could not be fetched: ${messageOf(error)}.`,
    solutions: [`Try again: ${again} (what came so far is kept)`],
    cause: error,
  });
}

async function fetchRest(options: DownloadOptions, part: string): Promise<void> {
  const { url, signal, onStart, onProgress, again = 'npx anagram setup' } = options;
  const have = (await stat(part).catch(() => undefined))?.size ?? 0;
  const validator = await readFile(validatorOf(part), 'utf8').catch(() => '');
  const resume = have > 0 && validator !== '';
  const range: Record<string, string> = resume ? { range: `bytes=${have}-`, 'if-range': validator } : {};
  const headers = { ...options.headers, ...range };
  const response = await fetch(url, { headers, signal: signal ?? null });
  if (response.status === 416) {
    // What we have is longer than what there is.
    await response.body?.cancel();
    await forget(part);
    throw new BrokenOff(`${url} has changed since the download began`);
  }
  if (!response.ok || !response.body) {
    const what = `${url} answered ${response.status} ${response.statusText}`;
    if (response.status >= 500 || response.status === 429) throw new BrokenOff(what);
    throw new NativeError({ code: 'download-failed', what: `${what}.`, solutions: [`Try again: ${again}`] });
  }
  const from = response.status === 206 ? have : 0;
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const total = Number.isFinite(length) ? from + length : null;
  await writeFile(validatorOf(part), response.headers.get('etag') ?? response.headers.get('last-modified') ?? '');
  onStart?.(total, from);

  const handle = await open(part, from > 0 ? 'a' : 'w');
  let done = from;
  try {
    for await (const chunk of response.body) {
      await handle.writeFile(chunk as Uint8Array);
      done += chunk.length;
      onProgress?.(done, total);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (total !== null && done !== total) throw new BrokenOff(`${url} broke off after ${done} of ${total} bytes`);
}

/** A connection that broke can be taken up again; a clear answer or a full disk cannot. */
function isPassing(error: unknown): boolean {
  if (error instanceof BrokenOff) return true;
  if (!(error instanceof TypeError)) return false; // fetch's network errors are TypeErrors
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  return code !== 'ENOTFOUND' && code !== 'ECONNREFUSED';
}

function validatorOf(part: string): string {
  return `${part}.etag`;
}

async function forget(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(validatorOf(part), { force: true });
}
