import { join } from 'node:path';
import type { OnEvent } from '../events.ts';
import type { Source } from '../pair.ts';
import { readAhead } from '../read-ahead.ts';
import { logit } from '../verify/mixture.ts';
import type { PairVerifier, ScorableImage } from '../verify/pair-verifier.ts';
import { Journal } from './journal.ts';
import { digest, readToScore, recordsAt, roundScore, type ScoredRecord } from './records.ts';

/** A picture's best texts of the corpus. Independent of any threshold. */
export interface PictureCandidates {
  readonly id: string;
  /** Mean likelihood ratio over all texts of the pool. */
  readonly mean: number;
  /** Best first: text and likelihood ratio of "this text is the picture's" to "it is a random one". */
  readonly best: readonly (readonly [text: string, ratio: number])[];
}

const candidatesKept = 16;
const pictureBlock = 128;
const readAtOnce = 8;
/** Pictures of a block that are looked up together: where they are large, a block is done in parts. */
const mostPixelBytes = 256 * 2 ** 20;
const largestPool = 20_000;
const mostKnown = 2000;
/** Keeps sums finite. */
const largestLogRatio = 50;

/** Every text of the corpus once; of very many, those with the lowest hashes. */
export function textPool(records: readonly ScoredRecord[]): string[] {
  const texts = [...new Set(records.flatMap(({ text, problem }) => (text !== null && problem === null ? [text] : [])))];
  if (texts.length <= largestPool) return texts;
  const hashes = new Map(texts.map((text) => [text, digest(text)]));
  return texts.sort((a, b) => (hashes.get(a)! < hashes.get(b)! ? -1 : 1)).slice(0, largestPool);
}

/**
 * Complete pairs, drawn by the hashes of their ids, whose texts are looked for as if they were lost: they tell how far a text that
 * was found can be trusted. Their number does not depend on a threshold.
 */
export function drawKnown(records: readonly ScoredRecord[]): number[] {
  const pairs = records.filter(({ score }) => score !== null);
  const hashes = new Map(pairs.map(({ id, index }) => [index, digest(id)]));
  const drawn = pairs.map(({ index }) => index).sort((a, b) => (hashes.get(a)! < hashes.get(b)! ? -1 : 1));
  return drawn.slice(0, mostKnown).sort((a, b) => a - b);
}

/** Looks for the best texts of some pictures, and remembers them in `retrieval.jsonl`. @param wanted Their places. */
export async function retrieveTexts(context: {
  source: Source;
  verifier: PairVerifier & Required<Pick<PairVerifier, 'logOdds'>>;
  records: readonly ScoredRecord[];
  pool: readonly string[];
  wanted: readonly number[];
  work: string;
  emit: OnEvent;
  signal: AbortSignal | undefined;
}): Promise<Map<string, PictureCandidates>> {
  const { source, verifier, records, pool, work, emit, signal } = context;
  const journal = await Journal.open<PictureCandidates>(join(work, 'retrieval.jsonl'));
  const total = context.wanted.length;
  let done = 0;
  emit({ type: 'stage-start', stage: 'prepare-retrieve', total });
  // Always the same blocks: the last digits of a score may differ with what it was computed beside.
  const blocks: (readonly number[])[] = [];
  for (let at = 0; at < total && pool.length > 0; at += pictureBlock) {
    blocks.push(context.wanted.slice(at, at + pictureBlock));
  }
  const isDone = (block: readonly number[]) => block.every((index) => journal.has(records[index]!.id));
  const missing = new Set(blocks.filter((block) => !isDone(block)).flat());
  const pictures = readAhead(recordsAt(source, missing, signal), readAtOnce, async ({ record: { id, image } }) => {
    const bytes = await image!.bytes();
    return { id, ...(await readToScore(bytes, image!.name, verifier.imageSize, () => null)) };
  });
  try {
    for (const block of blocks) {
      if (missing.has(block[0]!)) {
        const found: PictureCandidates[] = [];
        const next = () => take(pictures, block.length - found.length);
        for (let some = await next(); some.length > 0; some = await next()) {
          const scores = await verifier.logOdds(some, pool, signal ? { signal } : {}); // (some, pool)
          for (const [i, { id }] of some.entries()) {
            const row = scores.subarray(i * pool.length, (i + 1) * pool.length);
            found.push(bestTexts(id, pool, row, verifier.baseRate));
          }
        }
        await journal.add(found);
      }
      done += block.length;
      emit({ type: 'stage-progress', stage: 'prepare-retrieve', done, total });
      signal?.throwIfAborted();
    }
  } finally {
    await pictures.return(undefined);
  }
  emit({ type: 'stage-end', stage: 'prepare-retrieve', done });
  return journal.entries;
}

/** The next pictures, at most `most` of them, fewer where they are large. */
async function take<T extends ScorableImage>(pictures: AsyncIterator<T>, most: number): Promise<T[]> {
  const taken: T[] = [];
  for (let bytes = 0; taken.length < most && bytes < mostPixelBytes; ) {
    const next = await pictures.next();
    if (next.done) break;
    taken.push(next.value);
    bytes += next.value.image.data.byteLength;
  }
  return taken;
}

function bestTexts(id: string, pool: readonly string[], logOdds: Float32Array, baseRate: number): PictureCandidates {
  const prior = logit(baseRate);
  const ratio = (j: number) => Math.exp(Math.min(largestLogRatio, logOdds[j]! - prior));
  let sum = 0;
  for (let j = 0; j < pool.length; j++) sum += ratio(j);
  const best = largest(logOdds, candidatesKept).map((j) => [pool[j]!, roundScore(ratio(j))] as const);
  return { id, mean: roundScore(sum / pool.length), best };
}

/** Places of the largest values, the largest first, of equal ones the first. */
function largest(values: Float32Array, count: number): number[] {
  const places: number[] = [];
  for (let j = 0; j < values.length; j++) {
    if (places.length === count && values[j]! <= values[places[count - 1]!]!) continue;
    let at = places.length;
    while (at > 0 && values[places[at - 1]!]! < values[j]!) at--;
    places.splice(at, 0, j);
    if (places.length > count) places.pop();
  }
  return places;
}
