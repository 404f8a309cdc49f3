import * as z from 'zod';
import { type Knobs, type OnEvent, safeEmitter } from '../events.ts';
import type { ImageFile, Source } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { type CorpusPair, readCorpus, readImage } from './corpus.ts';
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

/** Side of the squares that pictures are kept at where no verifier says another. */
const smallSide = 64;
const scoredAtOnce = 256;
/** Where the verifier wants pictures as they are: they are read again for it, so many at a time. */
const wholeAtOnce = 16;

/**
 * Draws the pairs that `calibrate` learns most from when a person has judged them: every complete pair is equally likely, as the
 * guarantee needs, and no part of the scale is missed (see `drawForLabels`). The same call draws the same pairs in the same order.
 * @throws AnagramError `invalid-options`, `not-enough-data`, `source-failed`
 */
export async function pairsToLabel(options: PairsToLabelOptions): Promise<PairToLabel[]> {
  const { source, verifier, signal, onEvent, ...plain } = options;
  const { count, seed, maxPairs } = parseSettings('pairsToLabel', optionsSchema, plain);
  const emit = safeEmitter(onEvent);
  const imageSize = verifier?.imageSize ?? smallSide;
  const knobs = { ...(signal && { signal }), onEvent: emit };
  const pairs = await readCorpus(source, {
    imageSize,
    limit: maxPairs,
    stage: 'label-read',
    needed: 1,
    what: 'Labelling',
    ...knobs,
  });
  const scores = verifier ? await scoreAll(verifier, source, pairs, knobs) : null;
  const drawn = drawForLabels(scores, pairs.length, count, seed).map((i) => pairs[i]!.id);
  const records = new Map<string, PairToLabel>();
  for await (const { id, text, image } of recordsNamed(source, new Set(drawn), signal)) {
    if (text !== undefined && image) records.set(id, { id, text, image });
  }
  return drawn.flatMap((id) => records.get(id) ?? []);
}

/** Of each pair the probability that it is right; 0 where its picture cannot be read again. */
async function scoreAll(
  verifier: Pick<PairVerifier, 'score' | 'imageSize'>,
  source: Source,
  pairs: readonly CorpusPair[],
  { signal, onEvent: emit }: Knobs & { onEvent: OnEvent },
): Promise<number[]> {
  const scores = pairs.map(() => 0);
  const numbers = new Map(pairs.map(({ id }, number) => [id, number]));
  const [stage, total] = ['label-score', pairs.length];
  emit({ type: 'stage-start', stage, total });
  let done = 0;
  for await (const part of verifier.imageSize === null ? wholePictures(source, numbers, signal) : parts(pairs)) {
    signal?.throwIfAborted();
    const scored = await verifier.score(part, signal ? { signal } : {});
    for (const [at, { probability }] of scored.entries()) scores[numbers.get(part[at]!.id)!] = probability;
    done += part.length;
    emit({ type: 'stage-progress', stage, done, total });
  }
  emit({ type: 'stage-end', stage, done });
  return scores;
}

function* parts(pairs: readonly CorpusPair[]) {
  for (let at = 0; at < pairs.length; at += scoredAtOnce) yield pairs.slice(at, at + scoredAtOnce);
}

/** The pairs with these ids, their pictures in all their size. */
async function* wholePictures(source: Source, ids: ReadonlyMap<string, number>, signal: AbortSignal | undefined) {
  let part: CorpusPair[] = [];
  for await (const { id, text, image } of recordsNamed(source, new Set(ids.keys()), signal)) {
    const read = image && (await readImage(image, null));
    if (!read || text === undefined) continue;
    part.push({ ...read, id, text });
    if (part.length < wholeAtOnce) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
