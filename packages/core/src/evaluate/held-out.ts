import { AnagramError } from '../errors.ts';
import { fingerprintsOf, type PreparedPairs } from '../shard/open-pairs.ts';
import { trainedPairs } from '../train/run-folder.ts';

/**
 * Makes sure that a model was not trained on the pairs that it is to be measured on, as far as the run folder around it tells. What
 * two folders share is found by `evaluate({ trainedOn })`.
 * @param modelDir Where the model was loaded from, e.g. `./runs/a/model`.
 * @throws AnagramError `invalid-options` where the run was trained on one of the sets.
 */
export async function requireHeldOut(modelDir: string, sets: readonly PreparedPairs[]): Promise<void> {
  const trained = await trainedPairs(modelDir);
  if (!trained) return;
  const fingerprints = new Set(trained.map(({ fingerprint }) => fingerprint));
  for (const { dir } of sets) {
    if (!(await fingerprintsOf(dir)).some((fingerprint) => fingerprints.has(fingerprint))) continue;
    throw new AnagramError(
      'invalid-options',
      `The model in ${modelDir} was trained on ${dir}: what it scores there says nothing of other pictures. Expected pairs that it has not seen. Prepare some from other pictures, and evaluate on them.`,
      { where: 'evaluate' },
    );
  }
}
