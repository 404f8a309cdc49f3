import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import type { Verdict } from '../pair.ts';
import { type ManifestLine, readManifest } from './manifest.ts';
import { readTar } from './tar.ts';

/** Where an entry's bytes lie. */
export interface EntryPlace {
  readonly path: string;
  /** Shown in errors: `pairs-00000.tar/000000042.png`. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface IndexedSample {
  readonly key: string;
  /** By what stands behind `KEY.`, e.g. `png`, `json`, `neg0.png`. */
  readonly entries: ReadonlyMap<string, EntryPlace>;
  /** Contents of the `.txt` and `.json` entries, by the same names. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Reads a finished shard once, checks it against its line in the manifest and tells where everything lies.
 * @throws AnagramError `shard-corrupt`.
 */
export async function indexShard(dir: string, line: ManifestLine): Promise<IndexedSample[]> {
  const path = join(dir, line.shard);
  const hash = createHash('sha256');
  const samples = new Map<string, { entries: Map<string, EntryPlace>; texts: Map<string, string> }>();
  try {
    for await (const entry of readTar(hashing(path, hash), ({ name }) => /\.(txt|json)$/.test(name))) {
      const dot = entry.name.indexOf('.');
      const key = entry.name.slice(0, dot);
      const kind = entry.name.slice(dot + 1);
      const sample = samples.get(key) ?? { entries: new Map(), texts: new Map() };
      samples.set(key, sample);
      sample.entries.set(kind, { path, name: `${line.shard}/${entry.name}`, offset: entry.offset, size: entry.size });
      if (entry.data) sample.texts.set(kind, entry.data.toString('utf8'));
    }
  } catch (error) {
    throw corrupt(path, error instanceof Error ? error.message : String(error), error);
  }
  checkHash(path, line, hash.digest('hex'));
  return [...samples].map(([key, sample]) => ({ key, ...sample }));
}

/** @throws AnagramError `shard-corrupt` where the file is gone or shorter than it was. */
export async function readEntry({ path, offset, size }: EntryPlace): Promise<Uint8Array> {
  const data = Buffer.alloc(size);
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead } = await file.read(data, 0, size, offset);
      if (bytesRead === size) return data;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw corrupt(path, error instanceof Error ? error.message : String(error), error);
  }
  throw corrupt(path, 'it is shorter than when it was opened');
}

/**
 * Every verdict of a prepared folder, in the order of the source's records.
 * @throws AnagramError `shard-corrupt`.
 */
export async function* readVerdicts(dir: string): AsyncGenerator<Verdict> {
  for (const line of await readManifest(dir)) {
    if (!/^verdicts-\d+\.jsonl$/.test(line.shard)) continue;
    const path = join(dir, line.shard);
    const hash = createHash('sha256');
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of hashing(path, hash)) chunks.push(chunk);
    } catch (error) {
      throw corrupt(path, error instanceof Error ? error.message : String(error), error);
    }
    checkHash(path, line, hash.digest('hex'));
    for (const verdict of Buffer.concat(chunks).toString('utf8').split('\n').slice(0, -1)) {
      yield JSON.parse(verdict) as Verdict;
    }
  }
}

async function* hashing(path: string, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Uint8Array);
    yield chunk as Uint8Array;
  }
}

function checkHash(path: string, line: ManifestLine, received: string): void {
  if (received === line.sha256) return;
  throw corrupt(path, `expected sha256 ${line.sha256.slice(0, 12)}…, received ${received.slice(0, 12)}…`);
}

function corrupt(path: string, reason: string, cause?: unknown): AnagramError {
  return new AnagramError(
    'shard-corrupt',
    `${path} is not the shard that the manifest names: ${reason}. Run the command that made the folder again with the same dir: only damaged shards are made anew.`,
    { path },
    { cause },
  );
}
