import * as z from 'zod';
import { parseSettings } from '../settings.ts';
import { drawForLabels } from '../verify/draw-pairs.ts';
import type { PairToLabel } from '../verify/pairs-to-label.ts';
import { readDelivered } from './read-delivered.ts';
import { readStoredScores } from './stored-scores.ts';

const optionsSchema = z.strictObject({
  count: z.int().min(1).default(200),
  seed: z.int().min(0).default(0),
});

/**
 * `pairsToLabel` from a prepared folder: by its stored scores, without a model and without the source. The labels' ids are those of the
 * source, for `calibrate` on it.
 * @param options.count @default 200 @param options.seed Another draw. @default 0
 * @throws AnagramError `invalid-options`, `source-failed`, `shard-corrupt`
 */
export async function preparedPairsToLabel(
  dir: string,
  { signal, ...plain }: { count?: number; seed?: number; signal?: AbortSignal } = {},
): Promise<PairToLabel[]> {
  const { count, seed } = parseSettings('preparedPairsToLabel', optionsSchema, plain);
  const { pairs } = await readStoredScores(dir);
  const scores = pairs.map(({ probability }) => probability);
  const drawn = drawForLabels(scores, pairs.length, count, seed).map((i) => pairs[i]!);
  return readDelivered(dir, drawn, signal);
}
