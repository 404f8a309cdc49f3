import * as z from 'zod';
import { Random } from '../random.ts';
import { parseSettings } from '../settings.ts';
import type { PairToLabel } from '../verify/pairs-to-label.ts';
import { type KeepingRoute, keepingRoutes } from '../verify/read-labels.ts';
import { type KeptSample, readKeptSamples } from './kept-pairs.ts';

export interface KeptPairsToLabelOptions {
  /** Pairs of each route that are drawn at random; all where it has no more. @default 100 */
  count?: number;
  /** Further pairs of each route: those that the threshold only just keeps. They sharpen estimates, and no guarantee rests on them. @default 20 */
  border?: number;
  /** @default all that the folder has pairs of */
  routes?: readonly KeepingRoute[];
  /** Another draw. @default 0 */
  seed?: number;
  signal?: AbortSignal;
}

const optionsSchema = z.strictObject({
  count: z.int().min(1).default(100),
  border: z.int().min(0).default(20),
  routes: z
    .array(z.enum(keepingRoutes))
    .min(1)
    .default([...keepingRoutes]),
  seed: z.int().min(0).default(0),
});

/**
 * Draws pairs of a prepared folder as it keeps them, route by route, for a person to judge and for `calibrateRoutes`: of each route a
 * simple random sample, and those nearest above the threshold. All stand in one random order, so that any beginning is such a sample too.
 * @throws AnagramError `invalid-options`, `source-failed`, `shard-corrupt`
 */
export async function keptPairsToLabel(dir: string, options: KeptPairsToLabelOptions = {}): Promise<PairToLabel[]> {
  const { signal, ...plain } = options;
  const { count, border, routes, seed } = parseSettings('keptPairsToLabel', optionsSchema, plain);
  const byRoute = Map.groupBy(await readKeptSamples(dir, signal), ({ route }) => route);
  const drawn = routes.flatMap((route) => {
    const { random, near } = drawByRoute(byRoute.get(route) ?? [], { count, border, seed });
    return [...random.map((one) => marked(one, 'random')), ...near.map((one) => marked(one, 'border'))];
  });
  return new Random('labels by route', seed).shuffle(drawn);
}

/** A simple random sample of the pairs of one route, and of the others those with the lowest scores. */
export function drawByRoute<T extends { readonly route: KeepingRoute; readonly score: number }>(
  pairs: readonly T[],
  { count, border, seed }: { count: number; border: number; seed: number },
): { random: T[]; near: T[] } {
  const shuffled = new Random(`labels of ${pairs[0]?.route}`, seed).shuffle([...pairs]);
  const near = shuffled.slice(count).sort((a, b) => a.score - b.score);
  return { random: shuffled.slice(0, count), near: near.slice(0, border) };
}

function marked({ id, text, image, route, pair }: KeptSample, drawn: 'random' | 'border'): PairToLabel {
  return { id, text, image, kept: { route, pair, drawn } };
}
