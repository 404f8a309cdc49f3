import { AnagramError } from '../errors.ts';
import type { Verdict } from '../pair.ts';
import { notPrepared } from '../shard/not-prepared.ts';
import { readVerdicts } from '../shard/shard-reader.ts';
import { type Calibration, fuse } from '../verify/calibration.ts';
import { sigmoid } from '../verify/mixture.ts';
import { roundScore } from './records.ts';

/** A pair as the source delivered it. */
export interface DeliveredPair {
  readonly id: string;
  /** That the pair is right, 0–1. */
  readonly probability: number;
}

export interface StoredScores {
  /** Of every record, in the order of the source. */
  readonly verdicts: readonly Verdict[];
  /** Complete, readable pairs that are no duplicates. */
  readonly pairs: readonly DeliveredPair[];
}

/**
 * The scores of a prepared folder.
 * @param calibration Fuses the towers' stored scores anew, as `prepare` would with a verifier that was calibrated since; without it the
 *   stored probabilities stand.
 * @throws AnagramError `source-failed` where nothing was prepared, `shard-corrupt`, `model-mismatch`
 */
export async function readStoredScores(dir: string, calibration?: Calibration): Promise<StoredScores> {
  const verdicts: Verdict[] = [];
  for await (const verdict of readVerdicts(dir)) {
    const score = verdict.score === null || !calibration ? verdict.score : refuse(verdict, calibration);
    verdicts.push({ ...verdict, score });
  }
  if (verdicts.length === 0) throw notPrepared(dir);
  const pairs = verdicts.flatMap(({ id, score, route }) =>
    score === null || route === 'duplicate' ? [] : [{ id, probability: score }],
  );
  return { verdicts, pairs };
}

function refuse({ id, byTower }: Verdict, calibration: Calibration): number {
  const score = fuse(calibration, (tower) => {
    const value = byTower?.[tower];
    if (value !== undefined) return value;
    throw new AnagramError(
      'model-mismatch',
      `${id} has no stored score of the tower "${tower}". Expected the verifier that the folder was prepared with. Give that one, or none.`,
      { path: id },
    );
  });
  return roundScore(sigmoid(score));
}
