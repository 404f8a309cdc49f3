import * as z from 'zod';
import type { Verdict } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import type { Calibration } from '../verify/calibration.ts';
import { normalQuantile } from '../verify/choose-threshold.ts';
import { type RefusedExample, renderThreshold } from '../verify/page/render-threshold.ts';
import { chooseExamples, thresholdData, thresholdStops, thumbnailsById } from '../verify/page/threshold-view.ts';
import { type Labels, readLabels } from '../verify/read-labels.ts';
import { refusedOf } from './plan.ts';
import { findPictures, readDelivered } from './read-delivered.ts';
import { countRoutes, type RouteCounts } from './route-counts.ts';
import { readStoredScores } from './stored-scores.ts';

export interface SweepPageOptions {
  /** As for `sweep`. */
  calibration?: Calibration;
  /** Truth of some pairs, drawn at random: what is measured stands beside what is expected. */
  labels?: Labels;
  /** At which the page opens. @default the calibration's, else 0.5 */
  threshold?: number;
  /** Of the search for a precision, as `calibrate` has it. @default 0.8 */
  confidence?: number;
  /** Shown for the threshold that is chosen, which stands in it as `{threshold}`. @default `anagram prepare SOURCE --dir DIR --threshold {threshold}` */
  command?: string;
  signal?: AbortSignal;
}

const optionsSchema = z.strictObject({
  threshold: z.number().min(0).max(1).exactOptional(),
  confidence: z.number().min(0.5).max(0.999).default(0.8),
  command: z.string().exactOptional(),
});

/** Refused texts in a page. */
const mostRefused = 12;

const routeNames: { readonly [name in keyof RouteCounts]: string } = {
  keep: 'kept as delivered',
  repair: 'kept with another text',
  match: 'lone pictures and texts, kept as matches',
  caption: 'lone pictures, kept with a caption',
  illustrate: 'lone texts, kept with a picture',
  untried: 'below the threshold now, to be repaired by another run',
  rejected: 'not kept',
  duplicate: 'duplicates',
  unusable: 'unreadable or empty',
};

/**
 * `sweep` as one self-contained page: a slider over the threshold that moves figures, curves, counts by route and the pairs at the
 * border, from the stored scores of a prepared folder, without a model. Below 3 MB whatever the folder holds: 160 pairs are shown.
 * @returns HTML.
 * @throws AnagramError `invalid-options`, `source-failed`, `shard-corrupt`, `model-mismatch`
 */
export async function sweepPage(dir: string, options: SweepPageOptions = {}): Promise<string> {
  const { calibration, labels, signal, ...plain } = options;
  const settings = parseSettings('sweepPage', optionsSchema, plain);
  const { verdicts, pairs } = await readStoredScores(dir, calibration);
  const { truth, unsure } = await readLabels(labels ?? {});
  const scored = pairs.map((pair) => ({ ...pair, ...(truth.has(pair.id) && { right: truth.get(pair.id)! }) }));
  const labelled = scored.filter(({ right }) => right !== undefined).length;
  const opensAt = Number((settings.threshold ?? calibration?.threshold ?? 0.5).toPrecision(6));
  const stops = thresholdStops(opensAt);
  const counts = countRoutes(verdicts, stops);
  const routes = Object.fromEntries(
    (Object.keys(routeNames) as (keyof RouteCounts)[]).map((name) => [name, counts.map((each) => each[name])]),
  );
  const chosen = chooseExamples(scored).map((i) => scored[i]!);
  const delivered = await readDelivered(dir, chosen, signal);
  const images = await thumbnailsById(delivered);
  const texts = new Map(delivered.map(({ id, text }) => [id, text]));
  return renderThreshold({
    title: 'Thresholds',
    subtitle: `${dir}: ${pairs.length.toLocaleString('en')} scored pairs of ${verdicts.length.toLocaleString('en')} records, ${labelled} of them labelled.`,
    data: thresholdData({
      ...{ scored, stops, opensAt, examples: chosen, calibration: calibration ?? null, routes },
      caution: normalQuantile(settings.confidence),
      command: settings.command ?? `anagram prepare SOURCE --dir ${dir} --threshold {threshold}`,
    }),
    scored,
    examples: chosen.map((pair) => ({ ...pair, text: texts.get(pair.id)!, image: images.get(pair.id) ?? null })),
    refused: await refusedExamples(dir, verdicts, signal),
    routeNames,
    statements: statements(calibration, labelled, unsure),
  });
}

async function refusedExamples(
  dir: string,
  verdicts: readonly Verdict[],
  signal: AbortSignal | undefined,
): Promise<RefusedExample[]> {
  const refused = verdicts
    .flatMap((verdict) => {
      const { refused } = verdict.kept ? verdict : refusedOf(verdict);
      return refused ? [{ id: verdict.id, ...refused }] : [];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, mostRefused);
  const pictures = await findPictures(dir, new Set(refused.map(({ id }) => id)), signal);
  const images = await thumbnailsById([...pictures].map(([id, image]) => ({ id, image })));
  return refused.map((each) => ({ ...each, image: images.get(each.id) ?? null }));
}

function statements(calibration: Calibration | undefined, labelled: number, unsure: number): string[] {
  return [
    'Expected figures average the probabilities of all pairs that a threshold keeps. They are estimates, as good as the probabilities are: no guarantee.',
    calibration
      ? `The probabilities are fused from the stored scores by a calibration with ${calibration.labels} labels.`
      : 'The probabilities are those that the folder was prepared with; how far they err is not known here.',
    ...(labelled > 0
      ? [
          `What is measured holds where the ${labelled} labelled pairs were drawn at random from all pairs, as anagram label does${unsure > 0 ? `, and says nothing of pairs like the ${unsure} that nobody could judge` : ''}.`,
        ]
      : []),
  ];
}
