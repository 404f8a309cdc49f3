import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Verdict } from '../pair.ts';
import { appendManifest, type ManifestLine } from './manifest.ts';
import type { ShardSample } from './sample.ts';
import { type SampleRow, sampleTable } from './sample-table.ts';
import { packTar, type TarFile } from './tar.ts';
import { writeAtomic } from './write-atomic.ts';

/** `('pairs', 3)` → `pairs-00003.tar`. */
export function shardName(prefix: string, index: number, extension: 'tar' | 'jsonl' | 'parquet' = 'tar'): string {
  return `${prefix}-${String(index).padStart(5, '0')}.${extension}`;
}

/**
 * Writes a WebDataset shard and marks it as finished in the folder's manifest. The same samples give the same bytes.
 * @param options.name File name, e.g. `shardName('pairs', 0)`.
 * @param options.samples An array is sorted by key; a stream must come sorted.
 * @param options.stepKey Hash of everything the content depends on; `findFinished` asks for it.
 * @param options.parent For derived shards: `manifestHash` of what they were derived from.
 * @throws AnagramError `write-failed`.
 */
export async function writeShard(options: {
  dir: string;
  name: string;
  samples: readonly ShardSample[] | AsyncIterable<ShardSample>;
  stepKey: string;
  parent?: string;
}): Promise<ManifestLine> {
  const counted = { samples: 0 };
  return finish(options, packTar(tarFiles(options.samples, counted)), () => counted.samples);
}

/**
 * Writes the verdicts on one shard of input records, one JSON object a line in the order given, and marks the file as
 * finished. @param options.name e.g. `shardName('verdicts', 0, 'jsonl')`.
 * @throws AnagramError `write-failed`.
 */
export async function writeVerdicts(options: {
  dir: string;
  name: string;
  verdicts: readonly Verdict[];
  stepKey: string;
}): Promise<ManifestLine> {
  const lines = options.verdicts.map(
    ({ id, route, kept, reason, score, byTower, duplicate, repaired, threshold, refused }) =>
      JSON.stringify({ id, route, kept, reason, score, byTower, duplicate, repaired, threshold, refused }),
  );
  const data = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return finish(options, [data], () => lines.length);
}

/**
 * Writes lines that belong to no sample, and marks the file as finished. @param options.name e.g. `shardName('balance', 0, 'jsonl')`.
 * @throws AnagramError `write-failed`.
 */
export async function writeLines(options: {
  dir: string;
  name: string;
  lines: readonly string[];
  stepKey: string;
}): Promise<ManifestLine> {
  const data = Buffer.from(options.lines.map((line) => `${line}\n`).join(''));
  return finish(options, [data], () => options.lines.length);
}

/**
 * Writes the table of a shard's samples as Parquet, and marks the file as finished. @param options.name e.g.
 * `shardName('pairs', 0, 'parquet')`.
 * @throws AnagramError `write-failed`.
 */
export async function writeTable(options: {
  dir: string;
  name: string;
  rows: readonly SampleRow[];
  stepKey: string;
}): Promise<ManifestLine> {
  return finish(options, [sampleTable(options.rows)], () => options.rows.length);
}

async function finish(
  { dir, name, stepKey, parent }: { dir: string; name: string; stepKey: string; parent?: string },
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  count: () => number,
): Promise<ManifestLine> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* hashed() {
    for await (const piece of inPieces(chunks)) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  await writeAtomic(join(dir, name), hashed());
  const line: ManifestLine = {
    shard: name,
    sha256: hash.digest('hex'),
    count: count(),
    stepKey,
    bytes,
    ...(parent === undefined ? {} : { parent }),
  };
  await appendManifest(dir, line);
  return line;
}

/** In bytes: an archive's parts are small, and each would be a call of its own to the file system. */
const pieceLength = 2 ** 20;

/** The same bytes in larger pieces, each of which is good until the next one is asked for. */
async function* inPieces(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(pieceLength);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const some = chunk.subarray(from, from + pieceLength - filled);
      piece.set(some, filled);
      from += some.length;
      filled += some.length;
      if (filled < pieceLength) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

async function* tarFiles(
  samples: readonly ShardSample[] | AsyncIterable<ShardSample>,
  counted: { samples: number },
): AsyncGenerator<TarFile> {
  const sorted = Symbol.asyncIterator in samples ? samples : [...samples].sort((a, b) => compare(a.key, b.key));
  let last: string | null = null;
  for await (const { key, entries } of sorted) {
    // Readers take everything up to the first dot as the key.
    if (!/^[\w-]+$/.test(key)) throw new TypeError(`Shard key "${key}" may hold letters, digits, "_" and "-" only.`);
    if (last !== null && compare(last, key) >= 0)
      throw new TypeError(`Shard key "${key}" does not come after "${last}".`);
    last = key;
    counted.samples++;
    for (const { name, data } of [...entries].sort((a, b) => compare(a.name, b.name))) {
      yield { name: `${key}.${name}`, data };
    }
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
