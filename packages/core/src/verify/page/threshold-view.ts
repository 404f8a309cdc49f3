import { isAnagramError } from '../../errors.ts';
import { thumbnail } from '../../image/thumbnail.ts';
import type { ImageFile } from '../../pair.ts';
import type { Calibration } from '../calibration.ts';
import { drawExamples } from '../draw-pairs.ts';
import { wilsonInterval } from '../metrics.ts';
import { ratesAtThresholds } from '../rates-at.ts';
import type { ThresholdData } from './threshold-script.ts';

/** A pair with its probability as `prepare` stores it, and the truth where a person told it. */
export interface ScoredPair {
  readonly id: string;
  readonly probability: number;
  readonly right?: boolean;
}

/** A pair that a page shows. */
export interface Example extends ScoredPair {
  readonly text: string;
  /** Null where the picture cannot be read, or the page has no room for it. */
  readonly image: Uint8Array | null;
}

/** Pairs of which a page shows those nearest to the threshold. */
const examplesInPage = 160;
/** Width and height of the square that a picture is fitted into, in pixels. */
const side = 144;
/** Of all pictures in one page, so that it stays below 2 MB as base64. */
const mostBytes = 1_100_000;

/** Stops of the slider: steps of 0.001, finer at the upper end, and the one at which it opens. */
export function thresholdStops(opensAt: number): number[] {
  const steps = Array.from({ length: 1000 }, (_, k) => k / 1000);
  const fine = Array.from({ length: 9 }, (_, k) => (9991 + k) / 10_000);
  return [...new Set([...steps, ...fine, opensAt])].sort((a, b) => a - b);
}

/** The figures of every stop. */
export function thresholdData(options: {
  scored: readonly ScoredPair[];
  stops: readonly number[];
  opensAt: number;
  examples: readonly ScoredPair[];
  calibration: Calibration | null;
  routes: ThresholdData['routes'];
  caution: number;
  command: string;
}): ThresholdData {
  const { scored, stops, opensAt, examples, calibration, routes, caution, command } = options;
  const probabilities = scored.map(({ probability }) => probability);
  const rates = ratesAtThresholds({ probabilities, thresholds: stops, calibration: calibration ?? undefined });
  return {
    threshold: stops,
    kept: rates.map(({ kept }) => kept),
    total: scored.length,
    precision: rates.map(({ precision }) => rounded(precision)),
    error: rates.map(({ precisionError }) => rounded(precisionError)),
    recall: rates.map(({ recall }) => rounded(recall) ?? 0),
    measured: measured(scored, stops),
    routes,
    examples: examples.map(({ probability }) => probability),
    start: stops.indexOf(opensAt),
    caution,
    command,
  };
}

/** What the labels say of every stop; null without labels. */
function measured(scored: readonly ScoredPair[], stops: readonly number[]): ThresholdData['measured'] {
  const labelled = scored.filter(({ right }) => right !== undefined);
  if (labelled.length === 0) return null;
  const atStops = stops.map((stop) => {
    const kept = labelled.filter(({ probability }) => probability >= stop);
    const right = kept.filter((pair) => pair.right).length;
    return { kept: kept.length, value: right / kept.length, interval: wilsonInterval(right, kept.length) };
  });
  return {
    kept: atStops.map(({ kept }) => kept),
    value: atStops.map(({ value }) => rounded(value)),
    low: atStops.map(({ interval }) => rounded(interval[0])!),
    high: atStops.map(({ interval }) => rounded(interval[1])!),
  };
}

/** Places of the pairs that a page shows, best first. */
export function chooseExamples(scored: readonly ScoredPair[]): number[] {
  return drawExamples(
    scored.map(({ probability }) => probability),
    examplesInPage,
  );
}

/** Small pictures of pairs, by id, as many as a page has room for. */
export async function thumbnailsById(
  pictures: AsyncIterable<{ id: string; image?: ImageFile }> | Iterable<{ id: string; image?: ImageFile }>,
): Promise<Map<string, Uint8Array>> {
  const made = new Map<string, Uint8Array>();
  let room = mostBytes;
  for await (const { id, image } of pictures) {
    const bytes = image ? await thumbnail(image, side).catch(nullIfUnreadable) : null;
    if (!bytes || bytes.length > room) continue;
    room -= bytes.length;
    made.set(id, bytes);
  }
  return made;
}

/** For pictures that are only shown: what cannot be read is left out. */
export function nullIfUnreadable(error: unknown): null {
  if (isAnagramError(error, 'image-unreadable')) return null;
  throw error;
}

function rounded(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toFixed(5));
}
