import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** Written beside the binary by the build, so that loading needs no search. */
export interface BuildRecord {
  /** Folder of the libtorch that the addon was compiled against and looks for at run time. */
  libtorch: string;
  version: string;
  /** Hash of everything that the binary depends on. */
  key: string;
}

export const releaseFolder = join(packageRoot, 'build', 'Release');
export const addonFile = join(releaseFolder, 'anagram.node');
export const recordFile = join(releaseFolder, 'libtorch.json');

export function readBuildRecord(): BuildRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile, 'utf8')) as BuildRecord;
  } catch {
    return undefined;
  }
}
