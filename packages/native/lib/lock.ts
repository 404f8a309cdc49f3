import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT = 5_000;
const SILENCE = 60_000;

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Called once when another process holds the lock. */
  onWait?: () => void;
}

/**
 * Runs `body` while no other process runs one under the same `folder`. Processes that died, by `kill -9` or with their
 * machine, hold nothing.
 *
 * Each contender puts a file of its own name there, then looks for others: of two that come at once, at least one sees
 * the other and steps back, so two can never both go on. No file is ever taken over, hence there is nothing to race for.
 */
export async function withLock<T>(folder: string, options: LockOptions, body: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, await ownName());
  let waited = false;
  for (;;) {
    options.signal?.throwIfAborted();
    await writeFile(file, '');
    if (!(await othersHold(folder, file))) break;
    await rm(file, { force: true });
    if (!waited) options.onWait?.();
    waited = true;
    await sleep(100 + Math.random() * 200, undefined, { signal: options.signal }).catch(() => {});
  }
  const heartbeat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), HEARTBEAT);
  heartbeat.unref();
  try {
    return await body();
  } finally {
    clearInterval(heartbeat);
    await rm(file, { force: true });
  }
}

let counter = 0;

/** `lock~HOST~PID~START~N`: everything that tells whether its owner lives, without reading a file. */
async function ownName(): Promise<string> {
  counter += 1;
  const number = counter;
  return ['lock', hostname(), process.pid, (await startOf(process.pid)) ?? '', number].join('~');
}

async function othersHold(folder: string, own: string): Promise<boolean> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (!name.startsWith('lock~') || file === own) continue;
    if (await lives(name, file)) return true;
    await rm(file, { force: true });
  }
  return false;
}

async function lives(name: string, file: string): Promise<boolean> {
  const [, host, pid, start] = name.split('~');
  if (host !== hostname()) {
    // A cache shared between machines: only the heartbeat tells.
    const seen = await stat(file).catch(() => undefined);
    return seen !== undefined && Date.now() - seen.mtimeMs < SILENCE;
  }
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = await startOf(Number(pid));
  return now === undefined || start === '' || now === start; // else the number was given to another process
}

/** When the process began, in the kernel's ticks; Linux alone tells. */
async function startOf(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return line?.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}
