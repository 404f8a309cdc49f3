import { basename, join, resolve } from 'node:path';
import { openPairs, type PreparedPairs, readManifest } from '@anagram/core';

/** Prepared folders, with their negatives where they have some. */
export function openData(dirs: readonly string[]): Promise<PreparedPairs[]> {
  return Promise.all(
    dirs.map(async (dir) => {
      const negatives = (await readManifest(join(dir, 'negatives'))).length > 0;
      return openPairs(dir, { negatives });
    }),
  );
}

/** A name for each folder: its own, or its path where two have the same. */
export function namesOf(dirs: readonly string[]): string[] {
  const short = dirs.map((dir) => basename(resolve(dir)));
  return short.map((name, i) => (short.indexOf(name) === short.lastIndexOf(name) ? name : dirs[i]!));
}
