import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAnagramError } from '../errors.ts';
import { explained } from '../shard/write-atomic.ts';
import { hubFailure } from './ask-hub.ts';
import type { HubReference } from './hub-reference.ts';

/** A file of a repository, as the Hub describes it. */
export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of a large file, git's SHA-1 of a small one: its name among the blobs. */
  readonly etag: string;
}

/** Times in a row that a connection may break before a single byte has come. */
const mostBreaks = 5;

/**
 * Fetches a file's contents to `path`, going on where an earlier attempt stopped, and checks them against the hash that the Hub
 * names. The file appears under its name only when it is whole and right; until then it grows as `PATH.anagram.incomplete`.
 * @param ask From `hubFetch`.
 * @param onBytes Told how many bytes have come in all, those of earlier attempts among them.
 * @throws AnagramError `download-failed`, `write-failed`; `signal.reason` after an abort, with what came so far kept.
 */
export async function fetchBlob(
  { path, size, etag }: HubFile,
  to: { url: string; path: string; reference: HubReference },
  { ask, onBytes, signal }: { ask: typeof fetch; onBytes: (bytes: number) => void; signal?: AbortSignal },
): Promise<void> {
  const draft = incompletePath(to.path);
  await explained(draft, async () => {
    await mkdir(dirname(draft), { recursive: true });
    await (await open(draft, 'a')).close();
  });
  for (let breaks = 0, before = await sizeOf(draft); before !== size; ) {
    const cause = await fetchRest(to.url, draft, before < size ? before : 0, { ask, onBytes }).catch(
      (error: unknown) => {
        signal?.throwIfAborted();
        // A connection that broke can be taken up again; a full disk and a clear answer cannot.
        if (isAnagramError(error)) throw error;
        return error;
      },
    );
    const now = await sizeOf(draft);
    breaks = now > before ? 0 : breaks + 1;
    if (now !== size && breaks === mostBreaks) {
      throw hubFailure(
        to.reference,
        `${path} broke off after ${now} of ${size} bytes. Try again: what came so far is kept.`,
        cause,
      );
    }
    before = now;
  }
  if ((await hashOf(draft, etag, size)) !== etag) {
    await rm(draft, { force: true });
    throw hubFailure(
      to.reference,
      `what came for ${path} does not have the hash ${etag} that the Hub names, and was thrown away. Try again; if a proxy stands between, it may change what it passes on.`,
    );
  }
  await explained(to.path, () => rename(draft, to.path));
}

export function incompletePath(path: string): string {
  return `${path}.anagram.incomplete`;
}

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

async function fetchRest(
  url: string,
  draft: string,
  have: number,
  { ask, onBytes }: { ask: typeof fetch; onBytes: (bytes: number) => void },
): Promise<void> {
  // Compressed on the way, a range would be one of other bytes.
  const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) };
  const response = await ask(url, { headers });
  if (response.status === 416 || !response.body) {
    await response.body?.cancel();
    await explained(draft, () => truncate(draft));
    return;
  }
  const continues = response.status === 206 && startOf(response.headers.get('content-range')) === have;
  let done = continues ? have : 0;
  onBytes(done);
  const file: FileHandle = await explained(draft, () => open(draft, continues ? 'a' : 'w'));
  try {
    for await (const chunk of response.body) {
      await explained(draft, () => file.writeFile(chunk));
      done += chunk.length;
      onBytes(done);
    }
    await explained(draft, () => file.sync());
  } finally {
    await file.close();
  }
}

function startOf(range: string | null): number | null {
  const start = /^bytes (\d+)-/.exec(range ?? '')?.[1];
  return start === undefined ? null : Number(start);
}

/** In the kind of the hash expected. git hashes a header with the contents. */
async function hashOf(path: string, expected: string, size: number): Promise<string> {
  const hash = expected.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
