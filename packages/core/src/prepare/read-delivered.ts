import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AnagramError } from '../errors.ts';
import { isDecoded } from '../image/format.ts';
import type { ImageFile } from '../pair.ts';
import { readManifest } from '../shard/manifest.ts';
import type { PairProvenance } from '../shard/sample.ts';
import { indexShard, readEntry } from '../shard/shard-reader.ts';
import type { PairToLabel } from '../verify/pairs-to-label.ts';
import type { IngestedRecord } from './records.ts';
import type { DeliveredPair } from './stored-scores.ts';

/**
 * Texts and pictures of some pairs of a prepared folder as the source delivered them, in their order. Texts come from `work/`, because
 * the shards hold repaired ones; pictures from the shards, of which as many are read as it takes to find them.
 * @throws AnagramError `source-failed` where the folder's `work/` is gone, `shard-corrupt`
 */
export async function readDelivered(
  dir: string,
  wanted: readonly DeliveredPair[],
  signal?: AbortSignal,
): Promise<PairToLabel[]> {
  const ids = new Set(wanted.map(({ id }) => id));
  const texts = await readTexts(join(dir, 'work'), ids);
  const images = await findPictures(dir, ids, signal);
  return wanted.map(({ id }) => {
    const text = texts.get(id);
    const image = images.get(id);
    if (text === undefined) throw withoutWork(dir, id);
    if (image) return { id, text, image };
    throw new AnagramError(
      'shard-corrupt',
      `No shard of ${dir} holds the picture of "${id}". Expected it in pairs-*.tar or rejected-*.tar. Run prepare with the same dir again.`,
      { path: dir },
    );
  });
}

async function readTexts(work: string, wanted: ReadonlySet<string>): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const names = await readdir(work).catch(() => []);
  for (const name of names.filter((each) => /^ingest-.*\.jsonl$/.test(each)).sort()) {
    for await (const line of createInterface({ input: createReadStream(join(work, name)) })) {
      const { id, text } = JSON.parse(line) as IngestedRecord;
      if (text !== null && wanted.has(id) && !texts.has(id)) texts.set(id, text);
    }
    if (texts.size === wanted.size) break;
  }
  return texts;
}

/** Pictures of some records, by their ids. @throws AnagramError `shard-corrupt` */
export async function findPictures(
  dir: string,
  wanted: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<Map<string, ImageFile>> {
  const found = new Map<string, ImageFile>();
  for (const line of await readManifest(dir)) {
    if (found.size === wanted.size) break;
    if (!/^(pairs|rejected)-.*\.tar$/.test(line.shard)) continue;
    signal?.throwIfAborted();
    for (const { entries, texts } of await indexShard(dir, line)) {
      const { id } = JSON.parse(texts.get('json') ?? '{}') as Partial<PairProvenance>;
      const place = id !== undefined && wanted.has(id) && [...entries].find(([kind]) => isDecoded(kind))?.[1];
      if (place) found.set(id, { name: place.name, bytes: () => readEntry(place) });
    }
  }
  return found;
}

function withoutWork(dir: string, id: string): AnagramError {
  return new AnagramError(
    'source-failed',
    `${join(dir, 'work')} does not hold the text of "${id}" as it was delivered. Expected what prepare left there. Run prepare with the same dir again.`,
    { path: dir },
  );
}
