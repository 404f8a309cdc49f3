import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { decodeImage } from '../image/decode.ts';
import { isDecoded } from '../image/format.ts';
import { clipFit, type Fit, fitImage } from '../image/preprocess.ts';
import type { Duplicate, ImageFile, PairSet, Route, TrainingNegative, TrainingPair, Verdict } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { manifestHash, readManifest } from './manifest.ts';
import { notPrepared } from './not-prepared.ts';
import { PixelCache } from './pixel-cache.ts';
import type { PairProvenance, StoredNegative } from './sample.ts';
import { type EntryPlace, type IndexedSample, indexShard, readEntry, readVerdicts } from './shard-reader.ts';

export interface OpenPairsOptions {
  /** Joins the negatives of `dir/negatives` to their pairs. @default false */
  readonly negatives?: boolean;
  /** `score`: a pair's weight is the probability that it is right. `equal`: every pair weighs 1. @default 'equal' */
  readonly weight?: 'score' | 'equal';
  /** Memory for pictures at the model's size, in bytes. @default 268435456 (256 MB) */
  readonly cacheBytes?: number;
}

const openPairsOptions = z.strictObject({
  negatives: z.boolean().default(false),
  weight: z.enum(['score', 'equal']).default('equal'),
  cacheBytes: z
    .int()
    .min(0)
    .default(256 * 2 ** 20),
});

export interface PreparedCounts {
  /** Records of the source. */
  readonly records: number;
  readonly kept: number;
  /** Among the kept ones: those whose text or partner was changed. */
  readonly repaired: number;
  readonly rejected: number;
  readonly byRoute: { readonly [route in Route]?: { readonly kept: number; readonly rejected: number } };
  /** Records that are duplicates, by what told. */
  readonly duplicates: { readonly [kind in Duplicate['kind']]?: number };
}

/** A pair as it lies on the disk. */
export interface PreparedSample {
  readonly key: string;
  readonly text: string;
  /** The source's own bytes. */
  readonly image: ImageFile;
  readonly provenance: PairProvenance;
  readonly negatives: readonly (Omit<StoredNegative, 'image'> & { readonly image: ImageFile | null })[];
}

/**
 * Kept pairs of a prepared folder. Their `paraphrases` are the strings of the record's `meta.paraphrases`, where its text was kept. The pictures it gives are shared with its cache: do not write into them. */
export interface PreparedPairs extends PairSet {
  readonly dir: string;
  readonly manifestHash: string;
  readonly counts: PreparedCounts;
  sample(index: number): Promise<PreparedSample>;
  samples(options?: { signal?: AbortSignal }): AsyncIterable<PreparedSample>;
  verdicts(): AsyncIterable<Verdict>;
}

interface Row {
  readonly key: string;
  readonly text: string;
  readonly image: EntryPlace;
  readonly json: EntryPlace;
  readonly pixelHash: string;
  readonly score: number | null;
  readonly paraphrases: readonly string[];
  negatives: readonly StoredNegative[];
  negativePlaces: IndexedSample['entries'] | null;
}

/**
 * Opens what `prepare` left in a folder. Reads every shard once, checks it against the manifest, and keeps the texts and the
 * places of the pictures in memory.
 * @throws AnagramError `source-failed` where nothing was prepared, or no pair was kept that could have negatives, `shard-corrupt` where a shard or its negatives do not fit
 *   the manifest.
 */
export async function openPairs(dir: string, options: OpenPairsOptions = {}): Promise<PreparedPairs> {
  const settings = parseSettings('openPairs', openPairsOptions, options);
  const lines = await readManifest(dir);
  if (lines.length === 0) throw notPrepared(dir);
  const rows = new Map<string, Row>();
  for (const line of lines) {
    if (!/^pairs-.*\.tar$/.test(line.shard)) continue;
    for (const sample of await indexShard(dir, line)) addRow(rows, sample, join(dir, line.shard));
  }
  if (settings.negatives && rows.size === 0) {
    const { records } = await count(dir);
    throw new AnagramError(
      'source-failed',
      `${dir} holds no kept pair, so that there is nothing to have negatives: prepare rejected all ${records} records. Its verdicts-*.jsonl say why. Prepare into a new dir, with a lower threshold or other records.`,
      { path: dir },
    );
  }
  const parent = await manifestHash(dir);
  const negativesHash = settings.negatives ? await joinNegatives(rows, dir, parent) : null;
  const fingerprint = fingerprintOf(parent, negativesHash, settings.weight);
  return preparedPairs({
    dir,
    manifestHash: parent,
    counts: await count(dir),
    rows: [...rows.values()],
    fingerprint,
    byScore: settings.weight === 'score',
    cache: new PixelCache(settings.cacheBytes),
  });
}

function fingerprintOf(parent: string, negatives: string | null, weight: 'score' | 'equal'): string {
  return createHash('sha256')
    .update(JSON.stringify([parent, negatives, weight]))
    .digest('hex');
}

/** The fingerprints that a folder has, with its negatives or without, and however its pairs are weighed. */
export async function fingerprintsOf(dir: string): Promise<string[]> {
  const parent = await manifestHash(dir);
  const negatives = await manifestHash(join(dir, 'negatives'));
  return [null, negatives].flatMap((own) => [fingerprintOf(parent, own, 'equal'), fingerprintOf(parent, own, 'score')]);
}

function preparedPairs(opened: {
  dir: string;
  manifestHash: string;
  counts: PreparedCounts;
  rows: readonly Row[];
  fingerprint: string;
  byScore: boolean;
  cache: PixelCache;
}): PreparedPairs {
  const { rows, cache, byScore } = opened;
  const row = (index: number): Row => {
    const found = rows[index];
    if (found) return found;
    throw new AnagramError('invalid-options', `Expected a pair's number below ${rows.length}, received ${index}.`, {
      where: 'pair',
    });
  };
  const fitted = (place: EntryPlace, pixelHash: string, size: number, fit: Fit) => {
    const { resizeMode, interpolation, edge, cropRounding, fill } = fit;
    return cache.get([size, resizeMode, interpolation, edge, cropRounding, fill, pixelHash].join(':'), async () =>
      fitImage(await decodeImage(await readEntry(place), place.name), size, fit),
    );
  };
  const negative = async (of: Row, stored: StoredNegative, size: number, fit: Fit): Promise<TrainingNegative> => {
    const place = placeOf(of, stored);
    const imageKey = place && (stored.pixelHash ?? place.name);
    const image = place && imageKey ? await fitted(place, imageKey, size, fit) : null;
    return { category: stored.category, text: stored.text, image, imageKey };
  };
  const set: PreparedPairs = {
    name: basename(resolve(opened.dir)),
    dir: opened.dir,
    length: rows.length,
    fingerprint: opened.fingerprint,
    manifestHash: opened.manifestHash,
    counts: opened.counts,
    category: (index) => row(index).negatives[0]?.category ?? null,
    async pair(index, imageSize, fit = clipFit): Promise<TrainingPair> {
      const of = row(index);
      return {
        image: await fitted(of.image, of.pixelHash, imageSize, fit),
        text: of.text,
        imageKey: of.pixelHash,
        weight: byScore ? (of.score ?? 1) : 1,
        negatives: await Promise.all(of.negatives.map((stored) => negative(of, stored, imageSize, fit))),
        ...(of.paraphrases.length > 0 && { paraphrases: of.paraphrases }),
      };
    },
    *texts() {
      for (const { text } of rows) yield text;
    },
    async sample(index) {
      const of = row(index);
      const provenance = JSON.parse(Buffer.from(await readEntry(of.json)).toString('utf8')) as PairProvenance;
      return {
        key: of.key,
        text: of.text,
        image: imageFile(of.image),
        provenance,
        negatives: of.negatives.map((stored) => {
          const place = placeOf(of, stored);
          return { ...stored, image: place && imageFile(place) };
        }),
      };
    },
    async *samples({ signal } = {}) {
      for (let index = 0; index < rows.length; index++) {
        signal?.throwIfAborted();
        yield await set.sample(index);
      }
    },
    verdicts: () => readVerdicts(opened.dir),
  };
  return set;
}

function addRow(rows: Map<string, Row>, { key, entries, texts }: IndexedSample, path: string): void {
  const image = [...entries].find(([kind]) => isDecoded(kind))?.[1];
  const json = entries.get('json');
  const text = texts.get('txt');
  if (!image || !json || text === undefined || rows.has(key)) {
    const reason = rows.has(key) ? 'its key stands in two shards' : 'expected a picture, a .txt and a .json';
    throw new AnagramError(
      'shard-corrupt',
      `Sample ${key} of ${path} cannot be used: ${reason}. Prepare into a new dir.`,
      {
        path,
      },
    );
  }
  const { pixelHash, score, repaired, meta } = JSON.parse(texts.get('json')!) as PairProvenance;
  rows.set(key, {
    key,
    text,
    image,
    json,
    pixelHash: pixelHash ?? image.name,
    score,
    // They reword what the source said: not a text that was written or matched since.
    paraphrases: repaired ? [] : paraphrasesIn(meta),
    negatives: [],
    negativePlaces: null,
  });
}

function paraphrasesIn(meta: PairProvenance['meta']): string[] {
  const given = meta?.paraphrases;
  return Array.isArray(given) ? given.filter((text) => typeof text === 'string' && text.trim() !== '') : [];
}

async function joinNegatives(rows: Map<string, Row>, pairs: string, parent: string): Promise<string> {
  const dir = join(pairs, 'negatives');
  const lines = await readManifest(dir);
  if (lines.length === 0) {
    throw new AnagramError(
      'source-failed',
      `${dir} holds no negatives. Expected a folder with a manifest.jsonl. Run writeNegatives (\`anagram negatives\`) first.`,
      { path: dir },
    );
  }
  for (const line of lines) {
    if (!line.shard.endsWith('.tar')) continue;
    const path = join(dir, line.shard);
    if (line.parent !== parent) {
      throw new AnagramError(
        'shard-corrupt',
        `${path} was made from other pairs: those in ${pairs} were prepared anew since. Write the negatives anew: writeNegatives with fresh: true (\`anagram negatives ${pairs} --fresh\`).`,
        { path },
      );
    }
    for (const { key, entries, texts } of await indexShard(dir, line)) {
      const row = rows.get(key);
      if (!row) continue;
      row.negatives = JSON.parse(texts.get('neg.json') ?? '[]') as StoredNegative[];
      row.negativePlaces = entries;
    }
  }
  return manifestHash(dir);
}

async function count(dir: string): Promise<PreparedCounts> {
  const totals = { records: 0, kept: 0, repaired: 0, rejected: 0 };
  const byRoute: { [route in Route]?: { kept: number; rejected: number } } = {};
  const duplicates: { [kind in Duplicate['kind']]?: number } = {};
  for await (const { route, kept, repaired, duplicate } of readVerdicts(dir)) {
    byRoute[route] ??= { kept: 0, rejected: 0 };
    byRoute[route][kept ? 'kept' : 'rejected']++;
    totals.records++;
    totals[kept ? 'kept' : 'rejected']++;
    if (kept && repaired) totals.repaired++;
    if (duplicate) duplicates[duplicate.kind] = (duplicates[duplicate.kind] ?? 0) + 1;
  }
  return { ...totals, byRoute, duplicates };
}

function placeOf(row: Row, { image }: StoredNegative): EntryPlace | null {
  return image === undefined ? null : (row.negativePlaces?.get(image) ?? null);
}

function imageFile(place: EntryPlace): ImageFile {
  return { name: place.name, bytes: () => readEntry(place) };
}
