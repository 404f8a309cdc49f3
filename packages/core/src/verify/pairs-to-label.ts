import * as z from 'zod';
import { type Knobs, safeEmitter } from '../events.ts';
import type { ImageFile, Source } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { readCorpus, requirePairs } from './corpus.ts';
import { drawForLabels } from './draw-pairs.ts';
import { recordsNamed } from './named-records.ts';
import type { PairVerifier } from './pair-verifier.ts';
import type { KeptMark } from './read-labels.ts';

/** A pair for a person to judge: as the source delivered it, or as a prepared folder keeps it. */
export interface PairToLabel {
  readonly id: string;
  readonly text: string;
  readonly image: ImageFile;
  /** Set where it is a pair as a folder keeps it; its label takes this over. */
  readonly kept?: KeptMark;
}

export interface PairsToLabelOptions extends Knobs {
  source: Source;
  /** Its scores spread the draw over the whole scale; they are told to nobody. Without it the draw is random alone. */
  verifier?: Pick<PairVerifier, 'score' | 'imageSize'>;
  /** @default 200 */
  count?: number;
  /** Another draw. @default 0 */
  seed?: number;
  /** Most pairs that are read and scored. @default 20000 */
  maxPairs?: number;
}

const optionsSchema = z.strictObject({
  count: z.int().min(1).default(200),
  seed: z.int().min(0).default(0),
  maxPairs: z.int().min(100).default(20_000),
});

/** Side of the squares that pictures are read at where no verifier says another. */
const sideWithoutVerifier = 64;
const scoredAtOnce = 256;

/**
 * Draws the pairs that `calibrate` learns most from when a person has judged them: every complete pair is equally likely, as the
 * guarantee needs, and no part of the scale is missed (see `drawForLabels`). The same call draws the same pairs in the same order.
 * @throws AnagramError `invalid-options`, `not-enough-data`, `source-failed`
 */
export async function pairsToLabel(options: PairsToLabelOptions): Promise<PairToLabel[]> {
  const { source, verifier, signal, onEvent, ...plain } = options;
  const { count, seed, maxPairs } = parseSettings('pairsToLabel', optionsSchema, plain);
  const emit = safeEmitter(onEvent);
  const imageSize = verifier?.imageSize ?? sideWithoutVerifier;
  const knobs = { ...(signal && { signal }), onEvent: emit };
  const pairs = await readCorpus(source, { imageSize, limit: maxPairs, stage: 'label-read', ...knobs });
  requirePairs(pairs, 1, 'Labelling');
  let scores: number[] | null = null;
  if (verifier) {
    scores = [];
    emit({ type: 'stage-start', stage: 'label-score', total: pairs.length });
    for (let at = 0; at < pairs.length; at += scoredAtOnce) {
      signal?.throwIfAborted();
      const scored = await verifier.score(pairs.slice(at, at + scoredAtOnce), signal ? { signal } : {});
      scores.push(...scored.map(({ probability }) => probability));
      emit({ type: 'stage-progress', stage: 'label-score', done: scores.length, total: pairs.length });
    }
    emit({ type: 'stage-end', stage: 'label-score', done: scores.length });
  }
  const drawn = drawForLabels(scores, pairs.length, count, seed).map((i) => pairs[i]!.id);
  const records = new Map<string, PairToLabel>();
  for await (const { id, text, image } of recordsNamed(source, new Set(drawn), signal)) {
    if (text !== undefined && image) records.set(id, { id, text, image });
  }
  return drawn.flatMap((id) => records.get(id) ?? []);
}
