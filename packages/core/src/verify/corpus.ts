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
  /** Fewest pairs that will do. */
  needed: number;
  /** What they are for, as a sentence begins with it. */
  what: string;
  /** What else helps where pictures have no text, for the error. */
  otherwise?: string;
}

/** Records that are no pair, by what they have. */
interface Left {
  pictures: number;
  texts: number;
  empty: number;
  /** Pairs whose pictures cannot be decoded. */
  unreadable: number;
  /** Those of which the source says why they cannot be used, e.g. URLs that were not fetched; the first reason. */
  problems: number;
  problem: string;
}

const ahead = 32;

/**
 * Complete, readable pairs of a source in memory, pictures fitted. Where there are more than `limit`, those with the
 * lowest hashes are taken, a choice that depends on nothing but the pairs. The same picture with the same text counts once.
 * @throws AnagramError `not-enough-data`, `source-failed`
 */
export async function readCorpus(
  source: Source,
  { imageSize, limit, keep, stage, needed, what, otherwise, signal, onEvent }: ReadCorpusOptions,
): Promise<CorpusPair[]> {
  const emit = safeEmitter(onEvent);
  emit({ type: 'stage-start', stage, total: null });
  const pairs = new Map<string, CorpusPair>();
  let pending: Promise<CorpusPair | null>[] = [];
  const left: Left = { pictures: 0, texts: 0, empty: 0, unreadable: 0, problems: 0, problem: '' };
  let done = 0;
  const drain = async () => {
    for (const pair of await Promise.all(pending)) {
      done++;
      if (!pair) {
        left.unreadable++;
        continue;
      }
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
  for await (const { id, image, text, problem } of source.records(signal ? { signal } : {})) {
    if (!image || !text?.trim()) {
      left[problem !== undefined ? 'problems' : image ? 'pictures' : text?.trim() ? 'texts' : 'empty']++;
      left.problem ||= problem ?? '';
      continue;
    }
    pending.push(readImage(image, imageSize).then((read) => read && { ...read, id, text }));
    if (pending.length === ahead) await drain();
  }
  await drain();
  shrink(pairs, limit);
  emit({ type: 'stage-end', stage, done: pairs.size });
  if (pairs.size < needed) throw tooFew(source.name, pairs.size, left, { needed, what, otherwise });
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

function tooFew(
  name: string,
  found: number,
  left: Left,
  { needed, what, otherwise = '' }: { needed: number; what: string; otherwise?: string | undefined },
): AnagramError<'not-enough-data'> {
  const [lack, remedy] = lackOf(name, found, left, otherwise);
  const wanted = `${what} needs at least ${needed} pairs of a picture and a text.`;
  return new AnagramError('not-enough-data', `${lack}. ${wanted} ${remedy}.`, { needed, found });
}

/** What the records lack to be pairs, and how they come by it. */
function lackOf(name: string, found: number, left: Left, otherwise: string): readonly [lack: string, remedy: string] {
  const { pictures, texts, empty, unreadable, problems, problem } = left;
  const columns = 'name the columns of a table (--image-column, --caption-column)';
  if (found === 0 && unreadable > 0) {
    return [
      `None of the ${unreadable} pictures with a text of ${name} can be read`,
      'See that they are there and whole; paths in a table start at its folder',
    ];
  }
  if (found > 0) return [`${name} has ${found} readable pairs${besides(left)}`, 'Give it more pairs'];
  if (problems > 0) {
    return [
      `${name} has no pair, and ${problems} records that cannot be used; of the first: ${problem}`,
      'See to what they say',
    ];
  }
  if (pictures > 0 && texts > 0) {
    return [
      `None of the ${pictures} pictures of ${name} has one of its ${texts} texts`,
      `Give a text the name of its picture (a.txt for a.jpg), or ${columns}`,
    ];
  }
  if (pictures > 0) {
    return [
      `None of the ${pictures} pictures of ${name} has a text`,
      `Put a text beside each (a.txt for a.jpg), or ${columns}${otherwise}`,
    ];
  }
  if (texts > 0) {
    return [
      `None of the ${texts} texts of ${name} has a picture`,
      `Put a picture beside each (a.jpg for a.txt), or ${columns}`,
    ];
  }
  if (empty > 0)
    return [`None of the ${empty} records of ${name} has a picture or a text`, `Look at it, or ${columns}`];
  return [`${name} holds no records`, 'Give a source of pictures with texts'];
}

function besides({ pictures, texts, unreadable, problems }: Left): string {
  const parts = [
    [unreadable, 'whose pictures cannot be read'],
    [problems, 'that cannot be used'],
    [pictures, 'pictures without a text'],
    [texts, 'texts without a picture'],
  ] as const;
  const some = parts.filter(([count]) => count > 0).map(([count, of]) => `${count} ${of}`);
  return some.length > 0 ? ` (beside ${some.join(', ')})` : '';
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
