import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { appendLine, writeAtomic } from './write-atomic.ts';

/** One finished file of a prepared folder. It holds no times, so that the same work gives the same manifest. */
export interface ManifestLine {
  /** File name within the folder, e.g. `pairs-00000.tar` or `verdicts-00000.jsonl`. */
  readonly shard: string;
  readonly sha256: string;
  /** Samples (or verdicts) in it. */
  readonly count: number;
  /** Hash of everything that the content depends on: inputs, settings, models. */
  readonly stepKey: string;
  readonly bytes: number;
  /** For derived shards: `manifestHash` of the folder that they were derived from. */
  readonly parent?: string;
}

const manifestLine = z.strictObject({
  shard: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  count: z.int().min(0),
  stepKey: z.string(),
  bytes: z.int().min(0),
  parent: z.string().exactOptional(),
});

/**
 * The finished files of a folder, sorted by name; empty where there is no manifest. Of several lines for a file the last
 * one holds. A line that a killed process left without its line end does not count.
 * @throws AnagramError `shard-corrupt` where a whole line cannot be read.
 */
export async function readManifest(dir: string): Promise<ManifestLine[]> {
  const path = join(dir, 'manifest.jsonl');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // A file in the folder's place has none either.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  });
  const lines = new Map<string, ManifestLine>();
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const parsed = manifestLine.safeParse(parseJson(line));
    if (!parsed.success) {
      throw new AnagramError(
        'shard-corrupt',
        `Line ${index + 1} of ${path} is damaged. Expected one JSON object for each finished shard, received ${JSON.stringify(line.slice(0, 80))}. Remove that line and run the command that made the folder again: the shard it named is made anew.`,
        { path },
      );
    }
    lines.set(parsed.data.shard, parsed.data);
  }
  return [...lines.values()].sort((a, b) => (a.shard < b.shard ? -1 : 1));
}

/** Marks a file as finished. The file must already be in its place. */
export async function appendManifest(dir: string, line: ManifestLine): Promise<void> {
  await appendLine(join(dir, 'manifest.jsonl'), JSON.stringify(manifestLine.parse(line)));
}

/** sha256 over the sorted lines: equal for equal content, however often the work was stopped and in whatever order it ran. */
export async function manifestHash(dir: string): Promise<string> {
  const hash = createHash('sha256');
  for (const line of await readManifest(dir)) hash.update(`${JSON.stringify(manifestLine.parse(line))}\n`);
  return hash.digest('hex');
}

/**
 * The line of a shard that is done: it stands in the manifest with this step key, and the file still matches its hash.
 * Null otherwise, and the shard is to be made (again).
 * @param lines What `readManifest` gave, to read it once for many shards.
 */
export async function findFinished(
  dir: string,
  lines: readonly ManifestLine[],
  shard: string,
  stepKey: string,
): Promise<ManifestLine | null> {
  const line = lines.find((candidate) => candidate.shard === shard);
  if (!line || line.stepKey !== stepKey) return null;
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(join(dir, shard))) hash.update(chunk as Uint8Array);
  } catch {
    return null;
  }
  return hash.digest('hex') === line.sha256 ? line : null;
}

/**
 * Writes `wids.json`, with which Python's webdataset opens the folder's shards.
 * @param prefix Which tar files belong to the data set, e.g. `pairs`.
 */
export async function writeWidsIndex(dir: string, prefix: string): Promise<void> {
  const shards = (await readManifest(dir)).filter(
    ({ shard }) => shard.startsWith(`${prefix}-`) && shard.endsWith('.tar'),
  );
  const index = {
    __kind__: 'wids-shard-index-v1',
    wids_version: 1,
    shardlist: shards.map(({ shard, count, bytes }) => ({ url: shard, nsamples: count, filesize: bytes })),
  };
  await writeAtomic(join(dir, 'wids.json'), `${JSON.stringify(index, null, 2)}\n`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
