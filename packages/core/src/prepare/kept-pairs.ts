import { AnagramError } from '../errors.ts';
import { isDecoded } from '../image/format.ts';
import type { ImageFile } from '../pair.ts';
import { readManifest } from '../shard/manifest.ts';
import type { PairProvenance } from '../shard/sample.ts';
import { indexShard, readEntry } from '../shard/shard-reader.ts';
import { type KeepingRoute, keepingRoutes } from '../verify/read-labels.ts';
import { digest } from './records.ts';

/** A pair as a prepared folder keeps it. */
export interface KeptSample {
  /** Of the record whose picture it has; no id stands twice. */
  readonly id: string;
  readonly route: KeepingRoute;
  /** That the pair as kept is right, 0–1: what its route's threshold is compared with. */
  readonly score: number;
  readonly text: string;
  readonly image: ImageFile;
  /** Names picture and text. */
  readonly pair: string;
}

/**
 * Every pair that a prepared folder keeps, with the route that it came by and its probability there. Pictures are read when they are needed.
 * @throws AnagramError `source-failed` where nothing was prepared, `shard-corrupt`
 */
export async function readKeptSamples(dir: string, signal?: AbortSignal): Promise<KeptSample[]> {
  const lines = await readManifest(dir);
  if (lines.length === 0) {
    const message = `${dir} holds no prepared pairs. Expected a folder with a manifest.jsonl. Run prepare with this dir first.`;
    throw new AnagramError('source-failed', message, { path: dir });
  }
  const kept: KeptSample[] = [];
  const ids = new Set<string>();
  for (const line of lines) {
    if (!/^pairs-.*\.tar$/.test(line.shard)) continue;
    signal?.throwIfAborted();
    for (const { key, entries, texts } of await indexShard(dir, line)) {
      const { id: of, route, score, pixelHash } = JSON.parse(texts.get('json') ?? '{}') as PairProvenance;
      const place = [...entries].find(([kind]) => isDecoded(kind))?.[1];
      const text = texts.get('txt');
      const known = keepingRoutes.find((each) => each === route);
      if (!place || text === undefined || !known || score === null) continue;
      // Two lone texts may share a picture.
      const id = ids.has(of) ? `${of} (${key})` : of;
      ids.add(id);
      const image = { name: place.name, bytes: () => readEntry(place) };
      kept.push({ id, route: known, score, text, image, pair: digest([pixelHash, text]).slice(0, 16) });
    }
  }
  return kept;
}
