import * as z from 'zod';
import { parseSettings } from '../settings.ts';
import type { Calibration } from '../verify/calibration.ts';
import { ratesAtThresholds, type ThresholdRates } from '../verify/rates-at.ts';
import { countRoutes, type RouteCounts } from './route-counts.ts';
import { type DeliveredPair, readStoredScores } from './stored-scores.ts';

export interface SweepOptions {
  /** @default 0.05, 0.1, … 0.95 */
  thresholds?: readonly number[];
  /** Pairs on each side of a border that are named. @default 3 */
  examples?: number;
  /** `verifier.calibration` after `calibrate`: judges by it instead of the one that the folder was prepared with, and tells errors. */
  calibration?: Calibration;
}

/** What a threshold would keep of the pairs as the source delivered them. */
export interface ThresholdRow extends ThresholdRates {
  /** Scored pairs: complete and readable, no duplicates. `kept` and `share` are of these. */
  readonly pairs: number;
  /** All that the source delivered; `byRoute` is of these. */
  readonly records: number;
  readonly byRoute: RouteCounts;
  /** Ids of the pairs nearest to the threshold, the nearest first: those that it keeps, and those that it does not. */
  readonly border: { readonly kept: readonly string[]; readonly rejected: readonly string[] };
}

const optionsSchema = z.strictObject({
  thresholds: z.array(z.number().min(0).max(1)).default(() => Array.from({ length: 19 }, (_, i) => (i + 1) / 20)),
  examples: z.int().min(0).default(3),
});

/**
 * What other thresholds would keep of a prepared folder, with pairs at the border, from its stored scores: no model runs. Duplicates
 * and what is no readable pair do not count.
 * @throws AnagramError `invalid-options`, `source-failed` where nothing was prepared, `shard-corrupt`, `model-mismatch`
 */
export async function sweep(dir: string, { calibration, ...plain }: SweepOptions = {}): Promise<ThresholdRow[]> {
  const { thresholds, examples } = parseSettings('sweep', optionsSchema, plain);
  const { verdicts, pairs } = await readStoredScores(dir, calibration);
  const probabilities = pairs.map(({ probability }) => probability);
  const routes = countRoutes(verdicts, thresholds);
  const bestFirst = [...pairs].sort((a, b) => b.probability - a.probability);
  return ratesAtThresholds({ probabilities, thresholds, calibration }).map((rates, k) => ({
    ...rates,
    ...{ pairs: pairs.length, records: verdicts.length },
    byRoute: routes[k]!,
    border: {
      kept: ids(bestFirst.slice(Math.max(0, rates.kept - examples), rates.kept).reverse()),
      rejected: ids(bestFirst.slice(rates.kept, rates.kept + examples)),
    },
  }));
}

function ids(pairs: readonly DeliveredPair[]): string[] {
  return pairs.map(({ id }) => id);
}
