import type { Source } from '../../pair.ts';
import type { CalibrationReport } from '../calibrate.ts';
import type { Calibration } from '../calibration.ts';
import { normalQuantile } from '../choose-threshold.ts';
import { recordsNamed } from '../named-records.ts';
import { renderThreshold } from './render-threshold.ts';
import { chooseExamples, type ScoredPair, thresholdData, thresholdStops, thumbnailsById } from './threshold-view.ts';

/** What `calibrate` found as a page; pictures of the examples are read from the source once more. @returns HTML. */
export async function calibrationPage(options: {
  report: CalibrationReport;
  calibration: Calibration;
  scored: readonly (ScoredPair & { readonly text: string })[];
  source: Source;
  signal: AbortSignal | undefined;
  confidence: number;
  command: string;
}): Promise<string> {
  const { report, calibration, scored, source, signal, confidence, command } = options;
  // As prepare rounds the scores that it stores: else the pair at the border would fall below its own threshold.
  const opensAt = Number(report.threshold.toPrecision(6));
  const chosen = chooseExamples(scored).map((i) => scored[i]!);
  const images = await thumbnailsById(recordsNamed(source, new Set(chosen.map(({ id }) => id)), signal));
  const { labels, pairs, statement, baseRate } = report;
  return renderThreshold({
    title: 'Calibration',
    subtitle: `${source.name}: ${pairs.toLocaleString('en')} pairs, ${labels} of them labelled; ${(100 * baseRate).toFixed(1)} % are thought to be right.`,
    data: thresholdData({
      ...{ scored, stops: thresholdStops(opensAt), opensAt, examples: chosen, calibration, command },
      routes: null,
      caution: normalQuantile(confidence),
    }),
    scored,
    examples: chosen.map((pair) => ({ ...pair, image: images.get(pair.id) ?? null })),
    statements: [
      `At ${opensAt}: ${statement}`,
      'Expected figures average the probabilities of all pairs; their error is that of the labels that the probabilities were bent to. What is said of the chosen threshold is not said of others that you move to.',
    ],
  });
}
