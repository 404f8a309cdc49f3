import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { AnagramError, isAnagramError } from '../errors.ts';
import { pause } from '../pause.ts';
import { removeTemporaries, temporaryPath } from './write-atomic.ts';

export interface FolderLock {
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes this process the only writer of a folder (made if need be), and clears what a killed one left there.
 * A lock whose process is gone is taken over.
 * @throws AnagramError `dir-in-use`.
 */
export async function lockFolder(dir: string): Promise<FolderLock> {
  const path = join(dir, '.lock');
  await claim(path, isGone, (holder) => inUse(dir, path, holder));
  await removeTemporaries(dir);
  const release = () => rm(path, { force: true });
  return { release, [Symbol.asyncDispose]: release };
}

/** @throws AnagramError `dir-in-use` where another process is the writer of a folder. */
export async function requireUnlocked(dir: string): Promise<void> {
  const path = join(dir, '.lock');
  const holder = await readIfThere(path);
  if (holder !== null && !(await isGone(holder))) throw inUse(dir, path, holder);
}

/** Whether a holder has lost its claim on the path. */
export type IsStale = (holder: string, path: string) => Promise<boolean>;

/**
 * Puts this process's name at a path, where nobody's stands that holds.
 * @returns What now stands there.
 */
export async function claim(path: string, isStale: IsStale, refuse: (holder: string) => Error): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const own = JSON.stringify({ pid: process.pid, host: hostname(), started: await startOf(process.pid) });
  const draft = temporaryPath(path);
  await writeFile(draft, own);
  try {
    const holder = await take(path, draft, isStale);
    if (holder !== null) throw refuse(holder);
  } finally {
    await rm(draft, { force: true });
  }
  return own;
}

/**
 * `lockFolder` for work that another process may be doing already, so that it is worth waiting for.
 * @param options.onWait Told once who holds it.
 */
export async function lockWhenFree(
  dir: string,
  { signal, onWait }: { signal?: AbortSignal; onWait?: (holder: string) => void } = {},
): Promise<FolderLock> {
  for (let waited = false; ; waited = true) {
    try {
      return await lockFolder(dir);
    } catch (error) {
      if (!isAnagramError(error, 'dir-in-use')) throw error;
      if (!waited) onWait?.(error.message.split(' is writing')[0]!);
      await pause(0.25, signal);
    }
  }
}

/** Links the draft into place whole, so that nobody ever sees a lock without its owner. @returns Who holds it instead. */
async function take(path: string, draft: string, isStale: IsStale): Promise<string | null> {
  for (;;) {
    if (await linked(draft, path)) return null;
    const holder = await readIfThere(path);
    if (holder === null) continue;
    if (!(await isStale(holder, path))) return holder;
    // Only one process at a time may remove what is stale, or the second would remove the first one's new lock.
    const takeover = `${path}.takeover`;
    const other = await take(takeover, draft, isStale);
    if (other !== null) return other;
    if ((await readIfThere(path)) === holder) await rm(path);
    await rm(takeover);
  }
}

export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** True where the owner certainly is gone; on another machine that cannot be told. */
export async function isGone(holder: string): Promise<boolean> {
  const { pid, host, started } = parseHolder(holder);
  if (pid === null || host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  // The number may have been given to another process since, in containers even to this one.
  return started !== (await startOf(pid));
}

function parseHolder(holder: string): { pid: number | null; host: string | null; started: string | null } {
  try {
    const { pid, host, started } = JSON.parse(holder);
    return { pid: Number.isSafeInteger(pid) && pid > 0 ? pid : null, host, started };
  } catch {
    return { pid: null, host: null, started: null };
  }
}

/** Start time of a process in clock ticks since boot, where the system tells (Linux). */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Fields are counted behind the name, which may itself hold blanks and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function inUse(dir: string, path: string, holder: string): AnagramError {
  return new AnagramError(
    'dir-in-use',
    `${ownerOf(holder)} is writing to ${dir}. Expected to be the only writer. Wait for it, use another dir, or remove ${path} if that process is gone.`,
    { dir },
  );
}

export function ownerOf(holder: string): string {
  const { pid, host } = parseHolder(holder);
  return pid === null ? 'an unknown process' : `process ${pid} on ${host}`;
}
