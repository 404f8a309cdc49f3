import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import type { Json } from '../pair.ts';
import { writeAtomic } from '../shard/write-atomic.ts';

/**
 * Writes down what a folder of negatives is made with (`settings.json`).
 * @param started Whether shards are finished already; they must have been made with the same settings then.
 * @throws AnagramError `run-options-changed`.
 */
export async function keepSettings(
  dir: string,
  settings: { readonly [key: string]: Json },
  started: boolean,
): Promise<void> {
  const path = join(dir, 'settings.json');
  const before: { readonly [key: string]: Json } = started
    ? JSON.parse(await readFile(path, 'utf8').catch(() => '{}'))
    : settings;
  const changed = Object.keys(settings).filter((key) => JSON.stringify(settings[key]) !== JSON.stringify(before[key]));
  if (changed.length > 0) {
    const list = changed.map(
      (key) => `${key} ${JSON.stringify(before[key])}, received ${JSON.stringify(settings[key])}`,
    );
    throw new AnagramError(
      'run-options-changed',
      `${dir} holds negatives that were made otherwise. Expected ${list.join('; ')}. Use the same settings to go on, another dir, or remove ${dir} and write the negatives again.`,
      { dir, changed },
    );
  }
  await writeAtomic(path, `${JSON.stringify(settings, null, 2)}\n`);
}
