import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AnagramError, isAnagramError } from '../errors.ts';
import type { Json } from '../pair.ts';
import { readManifest } from '../shard/manifest.ts';
import { writeAtomic } from '../shard/write-atomic.ts';

type Settings = { readonly [key: string]: Json };

const own = /^((negatives|balance)-\d+\.(tar|jsonl)|(settings|report|wids)\.json)$/;

/** Writes down what a folder of negatives is made with (`settings.json`). */
export async function writeSettings(dir: string, settings: Settings): Promise<void> {
  await writeAtomic(join(dir, 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
}

/**
 * What is finished goes on only with what it was made with.
 * @param pairs The folder of the pairs.
 * @throws AnagramError `run-options-changed`
 */
export async function requireSameSettings(dir: string, settings: Settings, pairs: string): Promise<void> {
  const before = await readSettings(dir);
  const changed = Object.keys(settings).filter((key) => JSON.stringify(settings[key]) !== JSON.stringify(before[key]));
  if (changed.length > 0) {
    throw new AnagramError('run-options-changed', refusal({ dir, pairs, before, settings, changed }), { dir, changed });
  }
}

function refusal(run: {
  readonly dir: string;
  readonly pairs: string;
  readonly before: Settings;
  readonly settings: Settings;
  readonly changed: readonly string[];
}): string {
  const { dir, pairs, before, settings, changed } = run;
  const remedy =
    'Write the negatives into another dir, or pass fresh: true to remove those that are there and write them anew.';
  if (typeof before.parent !== 'string') {
    return `${dir} holds negatives, and its settings.json, which says what they were made with, is missing or damaged. ${remedy}`;
  }
  if (changed.includes('parent')) {
    return resolve(dir) === resolve(pairs, 'negatives')
      ? `${dir} holds negatives of other pairs: those in ${pairs} were prepared anew since. Pass fresh: true to remove these negatives and write them anew.`
      : `${dir} holds negatives of other pairs than those in ${pairs}. ${remedy}`;
  }
  const show = (value: Json | undefined) => (value === undefined ? 'none' : JSON.stringify(value));
  const list = changed.map((key) => `${key} ${show(before[key])}, received ${show(settings[key])}`);
  return `${dir} holds negatives that were made otherwise. Expected ${list.join('; ')}. Use the same settings to go on. ${remedy}`;
}

/** Whether a prepared folder has negatives that are not known to be of its pairs; `writeNegatives` then wants `fresh`. */
export async function hasOldNegatives(pairs: {
  readonly dir: string;
  readonly manifestHash: string;
}): Promise<boolean> {
  const dir = join(pairs.dir, 'negatives');
  try {
    return (await readManifest(dir)).length > 0 && (await readSettings(dir)).parent !== pairs.manifestHash;
  } catch (error) {
    if (isAnagramError(error, 'shard-corrupt')) return true;
    throw error;
  }
}

/** Removes the negatives of an earlier run, and nothing else; the manifest first, so that it never names what is gone. */
export async function clearNegatives(dir: string): Promise<void> {
  await rm(join(dir, 'manifest.jsonl'), { force: true });
  for (const name of await readdir(dir)) if (own.test(name)) await rm(join(dir, name));
}

/** Empty where they are missing or damaged. */
async function readSettings(dir: string): Promise<Settings> {
  try {
    return { ...JSON.parse(await readFile(join(dir, 'settings.json'), 'utf8')) };
  } catch {
    return {};
  }
}
