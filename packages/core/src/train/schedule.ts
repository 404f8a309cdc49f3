import type { ResolvedSettings } from './settings.ts';

/** Start and end of one-cycle in parts of the peak, as in PyTorch's OneCycleLR. */
const startShare = 1 / 25;
const endShare = 1 / 250_000;

/**
 * Learning rate of a step, a function of the step alone.
 * `one-cycle`: half a cosine up from peak / 25, half a cosine down to peak / 250,000 (Smith and Topin 2018).
 * `cosine`: a line up from 0, half a cosine down to 0 (CLIP). `constant`: a line up from 0, then the peak.
 * @param step 0 … steps - 1
 */
export function learningRate(
  step: number,
  {
    steps,
    schedule: { kind, warmup },
    optimizer: { learningRate: peak },
  }: Pick<ResolvedSettings, 'steps' | 'schedule' | 'optimizer'>,
): number {
  const rise = Math.round(warmup * steps);
  const falls = Math.max(1, steps - rise - (kind === 'one-cycle' ? 1 : 0));
  if (step < rise) {
    return kind === 'one-cycle' ? between(startShare * peak, peak, step / rise) : (peak * (step + 1)) / rise;
  }
  if (kind === 'constant') return peak;
  return between(peak, kind === 'one-cycle' ? endShare * peak : 0, Math.min(1, (step - rise) / falls));
}

/** Half a cosine from one value to another. */
function between(from: number, to: number, part: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;
}

/** Value of a ramp at a step: in a line from `from` to `to`, which it has from step `until · steps` on. */
export function rampAt(
  step: number,
  { from, to, until }: ResolvedSettings['curriculum']['negatives'],
  steps: number,
): number {
  const done = Math.min(1, step / (until * steps));
  return from + (to - from) * done;
}
