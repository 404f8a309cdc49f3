import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError, isAnagramError } from '../errors.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import type { Captioner } from '../models.ts';
import type { Source } from '../pair.ts';
import { Random } from '../random.ts';
import { parseSettings } from '../settings.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { PairVerifier, ScorableImage } from '../verify/pair-verifier.ts';
import { portable } from './generate.ts';
import { readPicture, recordsAt, roundScore } from './records.ts';

export interface TunePromptsOptions extends Knobs {
  /** Its pictures are captioned, whether they have a text or not. */
  source: Source;
  verifier: PairVerifier;
  /** Captioners that differ in their prompts; the first is the one to beat. */
  variants: readonly Captioner[];
  /** Pictures that the last variants are compared on, and as many again to confirm the winner. @default 48 */
  pictures?: number;
  /** Draws the pictures. @default 0 */
  seed?: number;
  /** Receives `prompts.json`, which is this function's result. @default nothing is written */
  dir?: string;
}

/** Mean probability that a caption is right, 0–1; a picture without a caption counts 0. */
export interface PromptScore {
  readonly score: number;
  readonly standardError: number;
}

export interface TunedPrompts {
  /** Id of the captioner to use: the best of the search where it is better than the first on pictures that had no part in it, else the first. */
  readonly winner: string;
  /** By variant, the longest compared first. */
  readonly table: readonly (PromptScore & { readonly id: string; readonly pictures: number })[];
  /** The search's best and the first on pictures that the search never saw, and the mean of their differences picture by picture. */
  readonly heldOut: {
    readonly id: string;
    readonly pictures: number;
    readonly best: PromptScore;
    readonly first: PromptScore;
    readonly difference: PromptScore;
  };
}

const optionsSchema = z.strictObject({
  variants: z
    .array(z.custom<Captioner>((value) => typeof (value as Captioner)?.caption === 'function', 'expected a captioner'))
    .min(2),
  pictures: z.int().min(8).default(48),
  seed: z.int().min(0).default(0),
  dir: z.string().optional(),
});

interface Picture extends ScorableImage {
  readonly encoded: Uint8Array;
}

/**
 * Searches the best of several prompts by successive halving: all variants caption a few pictures, the better half twice as many, and
 * so on; the verifier scores. What chose the winner is kind to it, so the winner and the first variant meet again on pictures that
 * the search never saw. A captioner that keeps its answers is asked nothing twice, so that the same call resumes.
 * @throws AnagramError `invalid-options`, `not-enough-data`, `source-failed`; what captioners throw, `budget-spent` among it.
 */
export async function tunePrompts(options: TunePromptsOptions): Promise<TunedPrompts> {
  const { source, verifier, signal, onEvent, ...plain } = options;
  const { variants, pictures: wanted, seed, dir } = parseSettings('tunePrompts', optionsSchema, plain);
  const emit = safeEmitter(onEvent);
  const stage = 'tune-prompts';
  const pictures = await drawPictures(source, verifier.imageSize, 2 * wanted, seed, signal);
  if (pictures.length < 16) throw tooFew(pictures.length);
  const half = Math.floor(pictures.length / 2);
  const [search, heldOut] = [pictures.slice(0, half), pictures.slice(half)];
  const rounds = Math.ceil(Math.log2(variants.length));
  emit({ type: 'stage-start', stage, total: rounds + 1 });

  const scores = new Map<Captioner, number[]>(variants.map((variant) => [variant, []]));
  let left = [...variants];
  for (let round = 1; round <= rounds; round++) {
    const most = Math.max(4, Math.round(half / 2 ** (rounds - round)));
    for (const variant of left) {
      const known = scores.get(variant)!;
      known.push(...(await scoreCaptions(variant, search.slice(known.length, most), verifier, signal)));
    }
    left.sort((a, b) => mean(scores.get(b)!) - mean(scores.get(a)!));
    left = left.slice(0, Math.ceil(left.length / 2));
    emit({ type: 'stage-progress', stage, done: round, total: rounds + 1 });
  }
  const [best, first] = [left[0]!, variants[0]!];
  const confirmed = await scoreCaptions(best, heldOut, verifier, signal);
  const beaten = best === first ? confirmed : await scoreCaptions(first, heldOut, verifier, signal);
  const difference = summarise(confirmed.map((score, i) => score - beaten[i]!));
  const tuned: TunedPrompts = {
    winner: difference.score > 0 ? best.id : first.id,
    table: variants
      .map((variant) => ({ id: variant.id, pictures: scores.get(variant)!.length, ...summarise(scores.get(variant)!) }))
      .sort((a, b) => b.pictures - a.pictures || b.score - a.score),
    heldOut: {
      id: best.id,
      pictures: heldOut.length,
      best: summarise(confirmed),
      first: summarise(beaten),
      difference,
    },
  };
  if (dir !== undefined) await writeAtomic(join(dir, 'prompts.json'), `${JSON.stringify(tuned, null, 2)}\n`);
  const note = `${tuned.winner}: ${summarise(confirmed).score.toFixed(3)} on new pictures, the first ${summarise(beaten).score.toFixed(3)}`;
  emit({ type: 'stage-end', stage, done: rounds + 1, note });
  return tuned;
}

/** One caption a picture, as many at a time as the captioner bears. */
async function scoreCaptions(
  captioner: Captioner,
  pictures: readonly Picture[],
  verifier: PairVerifier,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const knobs = signal ? { signal } : {};
  const asked = await Promise.allSettled(
    pictures.map(({ encoded }) => captioner.caption({ image: encoded, count: 1, ...knobs })),
  );
  const texts = asked.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value[0] ?? null;
  });
  const places = texts.flatMap((text, i) => (text === null ? [] : [i]));
  const pairs = places.map((i) => ({ ...pictures[i]!, text: texts[i]! }));
  const scored = pairs.length > 0 ? await verifier.score(pairs, knobs) : [];
  const probabilities = texts.map(() => 0);
  for (const [k, i] of places.entries()) probabilities[i] = scored[k]!.probability;
  return probabilities;
}

/** Readable pictures of the source in an order drawn by the seed, at most so many. */
async function drawPictures(
  source: Source,
  imageSize: number | null,
  count: number,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Picture[]> {
  const places: number[] = [];
  let index = 0;
  for await (const { image, problem } of source.records(signal ? { signal } : {})) {
    if (image && !problem) places.push(index);
    index++;
  }
  const drawn = new Random('tune-prompts', seed).shuffle(places).slice(0, count);
  const read = new Map<number, Picture>();
  for await (const { index, record } of recordsAt(source, new Set(drawn), signal)) {
    try {
      const picture = await readPicture(await record.image!.bytes(), record.image!.name, imageSize);
      const { image, imageHash } = picture;
      read.set(index, { image, imageHash, encoded: await portable(picture) });
    } catch (error) {
      if (!isAnagramError(error, 'image-unreadable')) throw error;
    }
  }
  return drawn.flatMap((index) => read.get(index) ?? []);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function summarise(values: readonly number[]): PromptScore {
  const centre = mean(values);
  const spread = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1);
  return { score: roundScore(centre), standardError: roundScore(Math.sqrt(spread / values.length)) };
}

function tooFew(found: number): AnagramError<'not-enough-data'> {
  return new AnagramError(
    'not-enough-data',
    `The source has ${found} readable pictures to try prompts on. Expected 16 or more, half of them for the search. Use the captioner as it is.`,
    { found, needed: 16 },
  );
}
