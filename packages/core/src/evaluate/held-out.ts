import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import { textKey } from '../negatives/screen.ts';
import { fingerprintsOf, openPairs, type PreparedPairs } from '../shard/open-pairs.ts';
import { trainedPairs } from '../train/run-folder.ts';

/**
 * Makes sure that a model was not trained on the pairs that it is to be measured on, as far as the run folder around it tells: not on
 * the same prepared folder or a copy of it, and not on a folder that has most of these pairs, the same picture with the same text. Where
 * it has some of them there is a warning; `evaluate({ trainedOn })` says then what the scores are without them, and looks for pictures
 * that are alike besides.
 * @param modelDir Where the model was loaded from, e.g. `./runs/a/model`.
 * @throws AnagramError `invalid-options` where the run was trained on one of the sets.
 */
export async function requireHeldOut(
  modelDir: string,
  sets: readonly PreparedPairs[],
  { signal, onEvent }: Knobs = {},
): Promise<void> {
  const trained = await trainedPairs(modelDir);
  if (!trained) return;
  const emit = safeEmitter(onEvent);
  const fingerprints = new Set(trained.map(({ fingerprint }) => fingerprint));
  const folders = trained.flatMap(({ dir }) =>
    dir !== undefined && existsSync(join(dir, 'manifest.jsonl')) ? dir : [],
  );
  const refused = (what: string) =>
    new AnagramError(
      'invalid-options',
      `The model in ${modelDir} was trained on ${what}: what it scores there says nothing of other pictures. Expected pairs that it has not seen. Prepare some from other pictures, and evaluate on them.`,
      { where: 'evaluate' },
    );
  for (const { dir } of sets) {
    if ((await fingerprintsOf(dir)).some((fingerprint) => fingerprints.has(fingerprint))) throw refused(dir);
  }
  const seen = new Set<string>();
  for (const folder of folders) {
    for (const pair of await pairsOf(await openPairs(folder), signal)) seen.add(pair);
  }
  for (const set of sets) {
    const pairs = seen.size === 0 ? [] : await pairsOf(set, signal);
    const known = pairs.filter((pair) => seen.has(pair)).length;
    if (known > pairs.length / 2) throw refused(`${known} of the ${pairs.length} pairs of ${set.dir}`);
    if (known === 0) continue;
    const remedy = `Name the training pairs as trainedOn (--trained-on ${folders[0]}) for the scores without them.`;
    emit({
      type: 'warning',
      message: `The model was trained on ${known} of the ${pairs.length} pairs of ${set.dir}. ${remedy}`,
    });
  }
}

/** Each pair as its picture's pixels and its text. */
async function pairsOf(set: PreparedPairs, signal: AbortSignal | undefined): Promise<string[]> {
  const pairs: string[] = [];
  for await (const { text, image, provenance } of set.samples(signal ? { signal } : {})) {
    pairs.push(JSON.stringify([provenance.pixelHash ?? image.name, textKey(text)]));
  }
  return pairs;
}
