import { createHash } from 'node:crypto';
import { AnagramError, isAnagramError } from '../errors.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import { decodeImage } from '../image/decode.ts';
import { hashPixels } from '../image/hash.ts';
import { fitImage } from '../image/preprocess.ts';
import type { ImageFile, PairSet, Source } from '../pair.ts';
import type { ScorableImage, ScorablePair } from './pair-verifier.ts';

export interface CorpusPair extends ScorablePair {
  readonly id: string;
}

export interface ReadCorpusOptions extends Knobs {
  imageSize: number;
  limit: number;
  /** Ids that stay however many pairs there are. */
  keep?: { has(id: string): boolean };
  stage: string;
}

const ahead = 32;

/**
 * Complete, readable pairs of a source in memory, pictures fitted. Where there are more than `limit`, those with the
 * lowest hashes are taken, a choice that depends on nothing but the pairs. The same picture with the same text counts once.
 */
export async function readCorpus(
  source: Source,
  { imageSize, limit, keep, stage, signal, onEvent }: ReadCorpusOptions,
): Promise<CorpusPair[]> {
  const emit = safeEmitter(onEvent);
  emit({ type: 'stage-start', stage, total: null });
  const pairs = new Map<string, CorpusPair>();
  let pending: Promise<CorpusPair | null>[] = [];
  let done = 0;
  const drain = async () => {
    for (const pair of await Promise.all(pending)) {
      done++;
      if (!pair) continue;
      const key = createHash('sha256').update(`${pair.imageHash}\n${pair.text}`).digest('hex');
      // '!' sorts before every hash.
      if (keep?.has(pair.id)) pairs.set(`!${key}`, pair);
      else if (!pairs.has(key) && !pairs.has(`!${key}`)) pairs.set(key, pair);
    }
    pending = [];
    if (pairs.size > 2 * limit) shrink(pairs, limit);
    signal?.throwIfAborted();
    emit({ type: 'stage-progress', stage, done, total: null });
  };
  for await (const { id, image, text } of source.records(signal ? { signal } : {})) {
    if (!image || !text?.trim()) continue;
    pending.push(readImage(image, imageSize).then((read) => read && { ...read, id, text }));
    if (pending.length === ahead) await drain();
  }
  await drain();
  shrink(pairs, limit);
  emit({ type: 'stage-end', stage, done: pairs.size });
  return [...pairs.values()];
}

/** Null where the picture cannot be decoded. @param imageSize Null: all its size. */
export async function readImage(image: ImageFile, imageSize: number | null): Promise<ScorableImage | null> {
  try {
    const pixels = await decodeImage(await image.bytes(), image.name);
    const fitted = imageSize === null ? pixels : await fitImage(pixels, imageSize);
    return { image: fitted, imageHash: hashPixels(pixels) };
  } catch (error) {
    if (isAnagramError(error, 'image-unreadable')) return null;
    throw error;
  }
}

/** Drops the pairs with the highest keys; what stays keeps its order. */
function shrink(pairs: Map<string, CorpusPair>, limit: number): void {
  for (const key of [...pairs.keys()].sort().slice(limit)) pairs.delete(key);
}

/** @throws AnagramError `not-enough-data` */
export function requirePairs(pairs: readonly CorpusPair[], needed: number, what: string): void {
  if (pairs.length >= needed) return;
  throw new AnagramError(
    'not-enough-data',
    `${what} found ${pairs.length} readable pairs. Expected at least ${needed}. Give it more pairs.`,
    { needed, found: pairs.length },
  );
}

/** Some of the corpus as `train` takes it. Pairs with next to no weight are left out. */
export function corpusPairSet(
  name: string,
  pairs: readonly CorpusPair[],
  weights: ArrayLike<number>,
  chosen: readonly number[],
): PairSet {
  const rows = chosen.filter((i) => weights[i]! >= 0.02);
  const hash = createHash('sha256');
  for (const i of rows) hash.update(`${pairs[i]!.imageHash} ${weights[i]} ${JSON.stringify(pairs[i]!.text)}\n`);
  return {
    name,
    length: rows.length,
    fingerprint: hash.digest('hex'),
    category: () => null,
    async pair(index, imageSize) {
      const at = rows[index]!;
      const { image, imageHash, text } = pairs[at]!;
      return {
        image: await fitImage(image, imageSize),
        imageKey: imageHash,
        text,
        weight: weights[at]!,
        negatives: [],
      };
    },
    *texts() {
      for (const i of rows) yield pairs[i]!.text;
    },
  };
}
