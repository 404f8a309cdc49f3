import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { claim, type FolderLock, isGone, ownerOf, readIfThere } from './lock.ts';
import { temporaryPath } from './write-atomic.ts';

/** A lease that was not touched for so many seconds is free. */
const leaseSeconds = 60;
const touchSeconds = 10;

/**
 * A lock for work that may be done twice without harm: its file is touched as long as it is held, so that it passes on from a machine
 * that is gone, a minute later.
 * @param path A file in a folder of leases alone.
 * @param work What it stands for, in messages.
 * @throws AnagramError `dir-in-use`.
 */
export async function takeLease(path: string, work: string): Promise<FolderLock> {
  const own = await claim(path, isFree, (holder) => inUse(path, work, holder));
  // The bytes are written anew, so that the time is the file system's: clocks of machines differ.
  const touch = async () => {
    if ((await readIfThere(path)) === own) await writeFile(path, own, { flag: 'r+' });
  };
  const timer = setInterval(() => void touch().catch(() => {}), touchSeconds * 1000).unref();
  const release = async () => {
    clearInterval(timer);
    if ((await readIfThere(path)) === own) await rm(path, { force: true });
  };
  return { release, [Symbol.asyncDispose]: release };
}

/** The leases of a folder that are held: their names, and by whom. */
export async function heldLeases(dir: string): Promise<{ name: string; owner: string }[]> {
  const names = await readdir(dir).catch(() => []);
  const held: { name: string; owner: string }[] = [];
  for (const name of names.filter((name) => !/\.(tmp-|takeover)/.test(name)).sort()) {
    const path = join(dir, name);
    const holder = await readIfThere(path);
    if (holder !== null && !(await isFree(holder, path))) held.push({ name, owner: ownerOf(holder) });
  }
  return held;
}

/** True where the owner is gone, or has been silent for long, by the clock of the file system that holds the lease. */
async function isFree(holder: string, path: string): Promise<boolean> {
  if (await isGone(holder)) return true;
  const probe = temporaryPath(path);
  await writeFile(probe, '');
  const now = (await stat(probe)).mtimeMs;
  await rm(probe);
  const touched = await stat(path).catch(() => null);
  return touched === null || now - touched.mtimeMs > leaseSeconds * 1000;
}

function inUse(path: string, work: string, holder: string): AnagramError {
  return new AnagramError(
    'dir-in-use',
    `${work} is being worked on by ${ownerOf(holder)}. Expected to be the only one. Wait for it; a process that is gone is forgotten after ${leaseSeconds} seconds.`,
    { dir: path },
  );
}
