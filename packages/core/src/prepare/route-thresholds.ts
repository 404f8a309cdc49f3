import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { readSmallFile } from '../small-file.ts';
import { type KeepingRoute, keepingRoutes } from '../verify/read-labels.ts';
import type { Decision } from './decide.ts';
import { show } from './route.ts';

/** What decides which pairs are kept, where the routes have thresholds of their own. */
export interface RouteThresholds {
  /**
   * Least probability, 0–1, with which a pair goes on as it came, and with which a changed one is offered: as a single threshold.
   * What each route offers depends on it alone.
   */
  readonly base: number;
  /**
   * Of what a route offers, what is kept: from this probability, or nothing (false). A route that is not named keeps all that it offers.
   * What is refused here is rejected, and tried no other way: so a route's threshold changes what no other route offers, and what
   * labels prove of each holds for all together.
   */
  readonly byRoute: { readonly [route in KeepingRoute]?: number | false };
}

const probability = z.number().min(0).max(1);
const threshold = z.union([probability, z.literal(false)]);
export const routeThresholdsSchema = z.strictObject({
  base: probability,
  byRoute: z
    .strictObject(
      Object.fromEntries(keepingRoutes.map((route) => [route, threshold])) as Record<KeepingRoute, typeof threshold>,
    )
    .partial(),
});

const fileName = 'thresholds.json';
const mostBytes = 2 ** 16;

/** @throws AnagramError `source-failed` where the file cannot be read, `invalid-options` where it holds something else */
export async function readThresholds(path: string): Promise<RouteThresholds> {
  const expected =
    'Expected {"base": 0.5, "byRoute": {"repair": 0.9, "match": false}} with probabilities in 0–1, as calibrateRoutes gives it';
  let value: unknown;
  try {
    value = JSON.parse((await readSmallFile(path, mostBytes)).toString('utf8'));
  } catch (cause) {
    const message = `The thresholds ${path} cannot be read. ${expected}.`;
    throw new AnagramError('source-failed', message, { path }, { cause });
  }
  return parseSettings(path, routeThresholdsSchema, value) as RouteThresholds;
}

export async function writeThresholds(path: string, { base, byRoute }: RouteThresholds): Promise<void> {
  await writeAtomic(path, `${JSON.stringify({ base, byRoute }, null, 2)}\n`);
}

/** Leaves beside the shards what decided over them. */
export function writeFolderThresholds(dir: string, thresholds: RouteThresholds): Promise<void> {
  return writeThresholds(join(dir, fileName), thresholds);
}

/** What decided over the pairs of a prepared folder. @throws AnagramError as `readThresholds` */
export function readFolderThresholds(dir: string): Promise<RouteThresholds> {
  return readThresholds(join(dir, fileName));
}

/** Lets the routes' own thresholds have the last word over what was decided by one. Pure. */
export function acceptByRoute(
  decisions: readonly Decision[],
  { byRoute }: Pick<RouteThresholds, 'byRoute'>,
): Decision[] {
  return decisions.map((decision) => {
    const { verdict } = decision;
    const own = byRoute[verdict.route as KeepingRoute];
    if (!verdict.kept || own === undefined) return decision;
    // A lone text that was matched has no pair of its own: its verdict is that of its picture.
    const score = decision.kept?.probability ?? verdict.repaired!.score;
    const accepted = own !== false && score >= own;
    const why =
      own === false
        ? `nothing of the route ${verdict.route} is kept`
        : `${show(score)} ${accepted ? 'at or above' : 'below'} ${show(own)}, the threshold of the route ${verdict.route}`;
    const reason = `${verdict.reason}; ${accepted ? '' : 'not kept: '}${why}`;
    const judged = { ...verdict, kept: accepted, reason, threshold: own };
    return { verdict: judged, kept: accepted ? decision.kept : null };
  });
}
