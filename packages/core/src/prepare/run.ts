import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import type { Source } from '../pair.ts';
import { writeUnlessThere } from '../shard/write-atomic.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { digest } from './records.ts';

/**
 * Scores are only good for the records and the verifier that they came from. Of several processes the first says which.
 * @returns What names the run.
 * @throws AnagramError `run-options-changed`
 */
export async function requireSameRun(dir: string, source: Source, verifier: PairVerifier): Promise<string> {
  const path = join(dir, 'work', 'run.json');
  const run = { source: [source.name, source.settings], verifier: verifier.id };
  const text = JSON.stringify(run);
  await writeUnlessThere(path, text);
  const before = await readFile(path, 'utf8');
  if (before === text) return digest(run);
  const old = JSON.parse(before) as typeof run;
  const changed = (['source', 'verifier'] as const).filter((name) => digest(old[name]) !== digest(run[name]));
  const calibrated = changed.includes('verifier') ? ' (one that was calibrated since is another)' : '';
  throw new AnagramError(
    'run-options-changed',
    `${dir} was begun with another ${changed.join(' and another ')}${calibrated}. Expected the same, so that its scores stay true. Prepare into another dir.`,
    { dir, changed },
  );
}
