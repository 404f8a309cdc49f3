import { randomInt } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AnagramError } from '../errors.ts';

const temporary = /\.tmp-\d+-\d+$/;
/** Process numbers are no names: on a folder that machines share, many containers have the number 1. */
const ownNumber = randomInt(2 ** 47);
let written = 0;

/** A path beside another that no other process takes. */
export function temporaryPath(path: string): string {
  return `${path}.tmp-${ownNumber}-${written++}`;
}

/**
 * Writes a whole file or nothing: temporary file in the same folder, fsync, rename, fsync of the folder. Makes the folder.
 * @throws AnagramError `write-failed`; errors of the data's own iterator pass through.
 */
export async function writeAtomic(
  path: string,
  data: string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const chunks = typeof data === 'string' ? [Buffer.from(data)] : data instanceof Uint8Array ? [data] : data;
  const draft = temporaryPath(path);
  let file: FileHandle | undefined;
  try {
    file = await explained(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      return open(draft, 'wx');
    });
    const handle = file;
    for await (const chunk of chunks) await explained(path, () => writeWhole(handle, chunk));
    await explained(path, async () => {
      await handle.sync();
      await handle.close();
      await rename(draft, path);
      await syncFolder(dirname(path));
    });
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/** Writes a whole file where there is none; of several processes one writes. @throws AnagramError `write-failed`. */
export async function writeUnlessThere(path: string, data: string): Promise<void> {
  const draft = temporaryPath(path);
  await writeAtomic(draft, data);
  try {
    await explained(path, async () => {
      await link(draft, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Appends one line and waits until it is on the disk. What a killed process left after the last line end is cut off first.
 * @throws AnagramError `write-failed`.
 */
export async function appendLine(path: string, line: string): Promise<void> {
  await explained(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+');
    try {
      const whole = await lengthOfWholeLines(file);
      if (whole < (await file.stat()).size) await file.truncate(whole);
      await writeWhole(file, Buffer.from(`${line}\n`));
      await file.sync();
      if (whole === 0) await syncFolder(dirname(path));
    } finally {
      await file.close();
    }
  });
}

/** Removes what killed writers left in a folder. Only for the holder of its lock; drafts of locks are left to those who want it. */
export async function removeTemporaries(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (temporary.test(name) && !name.startsWith('.lock')) await rm(join(dir, name), { force: true });
  }
}

async function lengthOfWholeLines(file: FileHandle): Promise<number> {
  const block = Buffer.alloc(4096);
  for (let end = (await file.stat()).size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

async function writeWhole(file: FileHandle, data: Uint8Array): Promise<void> {
  for (let offset = 0; offset < data.length; ) {
    const { bytesWritten } = await file.write(data, offset, data.length - offset);
    offset += bytesWritten;
  }
}

/** A rename is durable once its folder is. Windows cannot open folders and needs no such call. */
export async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const remedies: { readonly [code: string]: string } = {
  ENOSPC: 'the disk is full. Free some space and run the same command again: everything finished is kept',
  EDQUOT: 'your disk quota is used up. Free some space and run the same command again: everything finished is kept',
  EACCES: 'permission was denied. Choose a folder that you may write to',
  EPERM: 'permission was denied. Choose a folder that you may write to',
  EROFS: 'the file system is read-only. Choose another folder',
};

/** Turns what the system says about a failed write into `write-failed`. */
export async function explained<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException;
    throw new AnagramError(
      'write-failed',
      `Could not write ${path}: ${remedies[code] ?? message}.`,
      { path },
      { cause: error },
    );
  }
}
