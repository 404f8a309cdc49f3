import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import { type KeepingRoute, keepingRoutes, type LabelLine, readLabelLines } from '../verify/read-labels.ts';
import { chooseRouteThreshold, type RouteChoice } from './choose-route-threshold.ts';
import { type KeptSample, readKeptSamples } from './kept-pairs.ts';
import { type RouteThresholds, readFolderThresholds } from './route-thresholds.ts';

export interface CalibrateRoutesOptions {
  /**
   * Truth of pairs of the folder as it keeps them, drawn by `keptPairsToLabel`: the path of its JSONL file, or its lines. Labels of pairs
   * as the source delivered them, drawn at random, count for the route `keep`.
   */
  labels: readonly LabelLine[] | string;
  /** Right among kept, of each route. @default { precision: 0.95 } */
  target?: { readonly precision: number };
  /** Least probability, over the draw of the labels, that a proved precision holds; an estimate is as cautious. @default 0.8 */
  confidence?: number;
  /**
   * What a route does for which the labels prove nothing: it keeps nothing; or what its estimate says, and all that it offers where it has
   * no labels. @default 'nothing'
   */
  unproved?: 'nothing' | 'estimate';
  signal?: AbortSignal;
}

/** What the labels say of one route. */
export interface RouteCalibration {
  readonly route: KeepingRoute;
  /** Pairs that the folder keeps by it. */
  readonly offered: number;
  /** Labels of these pairs; the right ones among them; and how many were drawn at random. */
  readonly labels: number;
  readonly right: number;
  readonly random: number;
  /** Labels that tell nothing, which are left out. */
  readonly unsure: number;
  /** Mean probability of the offered pairs, as the verifier has it. */
  readonly expected: number;
  readonly promise: RouteChoice['promise'];
  /** From which probability its pairs are kept; false: none is. */
  readonly threshold: number | false;
  readonly kept: number;
  /** Labelled pairs that were drawn at random and are kept, and the right ones among them. */
  readonly labelled: { readonly count: number; readonly right: number };
  /** In words. */
  readonly statement: string;
}

export interface RoutesReport {
  /** For `prepare` with the same source, verifier and folder: it takes the place of a threshold. */
  readonly thresholds: RouteThresholds;
  /** Of the routes that the folder keeps pairs by. */
  readonly routes: readonly RouteCalibration[];
  /** Labels of pairs that the folder does not keep. */
  readonly strangers: number;
  /** What holds for all routes, in words. */
  readonly statement: string;
}

export const calibrateRoutesOptions = z.strictObject({
  target: z.strictObject({ precision: z.number().gt(0).lt(1) }).default({ precision: 0.95 }),
  confidence: z.number().min(0.5).max(0.999).default(0.8),
  unproved: z.enum(['nothing', 'estimate']).default('nothing'),
});

/**
 * Gives each route of a prepared folder a threshold of its own by labels of its pairs, with the guarantee of `calibrate`: what is kept by
 * a route is right as often as the target says, over the draw of the labels with the given confidence, however sure the verifier was of
 * it. No model runs. Only what the folder keeps can be labelled, so no threshold falls below the folder's own.
 * @throws AnagramError `invalid-options`, `not-enough-data` where no label fits the folder, `source-failed`, `shard-corrupt`
 */
export async function calibrateRoutes(dir: string, options: CalibrateRoutesOptions): Promise<RoutesReport> {
  const { labels: given, signal, ...plain } = options;
  const { target, confidence, unproved } = parseSettings('calibrateRoutes', calibrateRoutesOptions, plain);
  const { base, byRoute } = await readFolderThresholds(dir);
  const samples = await readKeptSamples(dir, signal);
  const lines = typeof given === 'string' ? await readLabelLines(given) : given;
  const { evidence, strangers } = sortLabels(samples, lines);
  if (strangers === lines.length) throw noLabels(dir, strangers);
  const routes = [...evidence].map(([route, { offered, unsure, ...known }]): RouteCalibration => {
    const scores = offered.map(({ score }) => score);
    const choice = chooseRouteThreshold({ scores, ...known }, { precision: target.precision, confidence, unproved });
    const threshold = choice.threshold ?? byRoute[route] ?? base;
    const keeps = (i: number) => threshold !== false && scores[i]! >= threshold;
    const all = new Map([...known.border, ...known.random]);
    const labelled = [...known.random].filter(([i]) => keeps(i));
    return {
      ...{ route, offered: offered.length, unsure, threshold, promise: choice.promise, statement: choice.statement },
      labels: all.size,
      right: [...all.values()].filter(Boolean).length,
      random: known.random.size,
      expected: scores.reduce((sum, score) => sum + score, 0) / scores.length,
      kept: scores.filter((_, i) => keeps(i)).length,
      labelled: { count: labelled.length, right: labelled.filter(([, right]) => right).length },
    };
  });
  const chosen = Object.fromEntries(routes.map(({ route, threshold }) => [route, threshold]));
  return { thresholds: { base, byRoute: { ...byRoute, ...chosen } }, routes, strangers, statement: inWords(routes) };
}

interface Sorted {
  readonly offered: KeptSample[];
  readonly random: Map<number, boolean>;
  readonly border: Map<number, boolean>;
  simple: boolean;
  unsure: number;
}

/** Labels by the routes and numbers of their pairs. */
export function sortLabels(
  samples: readonly KeptSample[],
  lines: readonly LabelLine[],
): { evidence: Map<KeepingRoute, Sorted>; strangers: number } {
  const evidence = new Map<KeepingRoute, Sorted>();
  const places = new Map<string, number>();
  for (const route of keepingRoutes) {
    const offered = samples.filter((sample) => sample.route === route);
    if (offered.length === 0) continue;
    evidence.set(route, { offered, random: new Map(), border: new Map(), simple: true, unsure: 0 });
    for (const [i, { pair, id }] of offered.entries()) {
      places.set(`${route} ${pair}`, i);
      if (route === 'keep') places.set(`delivered ${id}`, i);
    }
  }
  let strangers = 0;
  for (const { id, right, kept } of lines) {
    const place = places.get(kept ? `${kept.route} ${kept.pair}` : `delivered ${id}`);
    const own = place === undefined ? undefined : evidence.get(kept?.route ?? 'keep');
    if (place === undefined || !own) strangers++;
    else if (right === null) own.unsure++;
    else {
      own[kept?.drawn ?? 'random'].set(place, right);
      // Drawn from bands of scores: as good for a binomial test, but no simple sample.
      if (!kept) own.simple = false;
    }
  }
  for (const { random, border } of evidence.values()) for (const i of random.keys()) border.delete(i);
  return { evidence, strangers };
}

function inWords(routes: readonly RouteCalibration[]): string {
  const unsure = routes.reduce((sum, route) => sum + route.unsure, 0);
  const proved = routes.filter(({ promise }) => promise === 'guaranteed').map(({ route }) => route);
  const estimated = routes
    .filter(({ promise, kept }) => promise !== 'guaranteed' && kept > 0)
    .map(({ route }) => route);
  return [
    proved.length > 0
      ? `What is guaranteed holds for each of ${proved.join(', ')} by itself, for pairs of this folder, as long as source, verifier and base threshold stay as they are.`
      : 'Nothing is guaranteed of any route.',
    ...(estimated.length > 0 ? [`Nothing is guaranteed of ${estimated.join(', ')}.`] : []),
    ...(unsure > 0 ? [`Nothing is said of pairs like the ${unsure} that nobody could judge.`] : []),
  ].join(' ');
}

function noLabels(dir: string, strangers: number): AnagramError {
  return new AnagramError(
    'not-enough-data',
    `None of ${strangers} labels is of a pair that ${dir} keeps. Expected labels by route of this folder. Make them: keptPairsToLabel, or anagram label ${dir} --by-route.`,
    { needed: 1, found: 0 },
  );
}
