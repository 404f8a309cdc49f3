import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PairScore } from '../verify/pair-verifier.ts';

/** What a threshold would keep of the pairs as the source delivered them. */
export interface ThresholdRow {
  readonly threshold: number;
  readonly kept: number;
  /** Of all scored pairs, 0–1. */
  readonly share: number;
  /** Mean probability of what is kept: its expected precision. NaN where nothing is kept. */
  readonly precision: number;
  /** Part of the right pairs that is kept, expected. */
  readonly recall: number;
}

/**
 * What other thresholds would keep of a prepared folder, from its stored scores, without a model.
 * @param options.thresholds Default: 0.05, 0.10, … 0.95.
 */
export async function sweep(
  dir: string,
  { thresholds = Array.from({ length: 19 }, (_, i) => (i + 1) / 20) }: { thresholds?: readonly number[] } = {},
): Promise<ThresholdRow[]> {
  const work = join(dir, 'work');
  const files = (await readdir(work)).filter((name) => /^scores-\d+\.jsonl$/.test(name)).sort();
  const probabilities: number[] = [];
  for (const file of files) {
    for (const line of (await readFile(join(work, file), 'utf8')).split('\n').slice(0, -1)) {
      const score = JSON.parse(line) as PairScore | null;
      if (score) probabilities.push(score.probability);
    }
  }
  const total = probabilities.reduce((sum, p) => sum + p, 0);
  return thresholds.map((threshold) => {
    const kept = probabilities.filter((p) => p >= threshold);
    const sum = kept.reduce((all, p) => all + p, 0);
    return {
      threshold,
      kept: kept.length,
      share: kept.length / probabilities.length,
      precision: sum / kept.length,
      recall: sum / total,
    };
  });
}
