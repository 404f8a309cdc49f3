import { basename, join, resolve } from 'node:path';
import { openPairs, type PreparedPairs, readManifest } from '@anagram/core';
import { requirePath } from './require-path.ts';

/**
 * Prepared folders, with their negatives where they have some.
 * @throws AnagramError `invalid-options` where there is no such folder, `source-failed` where it holds no pairs, `shard-corrupt`
 */
export async function openData(dirs: readonly string[]): Promise<PreparedPairs[]> {
  for (const dir of dirs) requireData(dir);
  return Promise.all(
    dirs.map(async (dir) => {
      const negatives = (await readManifest(join(dir, 'negatives'))).length > 0;
      return openPairs(dir, { negatives });
    }),
  );
}

export function requireData(dir: string): void {
  requirePath('DATA', dir, 'a folder that prepare has filled');
}

/** A name for each folder: its own, or its path where two have the same. */
export function namesOf(dirs: readonly string[]): string[] {
  const short = dirs.map((dir) => basename(resolve(dir)));
  return short.map((name, i) => (short.indexOf(name) === short.lastIndexOf(name) ? name : dirs[i]!));
}
