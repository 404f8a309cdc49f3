import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise } from 'yauzl';
import { diskFull } from './advice.ts';
import { NativeError } from './errors.ts';

export interface UnpackOptions {
  archive: string;
  into: string;
  /** Which of the archive's files to take. */
  keep: (name: string) => boolean;
  signal?: AbortSignal | undefined;
  onStart?: (total: number) => void;
  onProgress?: (done: number, total: number) => void;
}

const SYNC_ABOVE = 1 << 20;
const SPARE = 64e6;

/**
 * Unpacks a zip, entry by entry, checking each file's CRC-32 and, in a Python wheel, its sha256 in RECORD. Large files
 * are synced to the disk.
 * @throws NativeError `disk-full` before anything is written if there is no room, `download-failed` for a damaged archive.
 */
export async function unpack(options: UnpackOptions): Promise<void> {
  const { archive, into, keep, signal, onStart, onProgress } = options;
  try {
    const entries: Entry[] = [];
    const zip = await openPromise(archive, { autoClose: false, lazyEntries: true });
    try {
      for await (const entry of zip.eachEntry()) entries.push(entry);
      const read = async (entry: Entry) => await zip.openReadStreamPromise(entry);
      const expected = await readRecord(entries, read);
      const wanted = entries.filter(({ fileName }) => !fileName.endsWith('/') && keep(fileName));
      const total = wanted.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
      await mkdir(into, { recursive: true });
      await requireRoom(into, total);
      onStart?.(total);
      let done = 0;
      for (const entry of wanted) {
        signal?.throwIfAborted();
        const onBytes = (count: number) => {
          done += count;
          onProgress?.(done, total);
        };
        await writeEntry(entry, join(into, entry.fileName), read, expected, onBytes);
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NativeError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw damaged(archive, error instanceof Error ? error.message : String(error));
  }
}

type Read = (entry: Entry) => Promise<NodeJS.ReadableStream>;

/** `NAME,sha256=BASE64URL,SIZE` of a wheel's files; empty for other archives. */
async function readRecord(entries: readonly Entry[], read: Read): Promise<Map<string, string>> {
  const record = entries.find(({ fileName }) => /^[^/]+\.dist-info\/RECORD$/.test(fileName));
  const expected = new Map<string, string>();
  if (!record) return expected;
  const chunks: Buffer[] = [];
  for await (const chunk of await read(record)) chunks.push(chunk as Buffer);
  for (const line of Buffer.concat(chunks).toString('utf8').split('\n')) {
    const found = /^"?(.+?)"?,sha256=([\w-]+),\d*\s*$/.exec(line);
    if (found) expected.set(found[1]!, found[2]!);
  }
  return expected;
}

async function writeEntry(
  entry: Entry,
  file: string,
  read: Read,
  expected: Map<string, string>,
  onBytes: (count: number) => void,
) {
  await mkdir(dirname(file), { recursive: true });
  const mode = (entry.externalFileAttributes >>> 16) & 0o777;
  const hash = createHash('sha256');
  let crc = 0;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      crc = crc32(chunk, crc);
      hash.update(chunk);
      onBytes(chunk.length);
      next(null, chunk);
    },
  });
  const target = createWriteStream(file, { mode: mode === 0 ? 0o644 : mode | 0o600 });
  // Opened last: a damaged entry's stream may fail at once, and must find a listener.
  await pipeline(await read(entry), check, target);
  if (crc !== entry.crc32) throw new Error(`${entry.fileName} has the wrong CRC-32`);
  const wanted = expected.get(entry.fileName);
  if (wanted !== undefined && hash.digest('base64url') !== wanted) {
    throw new Error(`${entry.fileName} does not match its sha256 in RECORD`);
  }
  if (entry.uncompressedSize > SYNC_ABOVE) await syncFile(file);
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes + SPARE) throw diskFull(folder, bytes + SPARE);
}

function damaged(archive: string, why: string): NativeError {
  return new NativeError({
    code: 'download-failed',
    what: `The archive ${archive} is damaged: ${why.replace(/\.$/, '')}.`,
    solutions: ['Try again: npx anagram setup'],
  });
}
