import type { ImageFile } from '../pair.ts';
import { openPairs } from '../shard/open-pairs.ts';
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
  const pairs = await openPairs(dir);
  const kept: KeptSample[] = [];
  const ids = new Set<string>();
  for await (const { key, text, image, provenance } of pairs.samples(signal && { signal })) {
    const route = keepingRoutes.find((each) => each === provenance.route);
    if (!route || provenance.score === null) continue;
    // Two lone texts may share a picture.
    const id = ids.has(provenance.id) ? `${provenance.id} (${key})` : provenance.id;
    ids.add(id);
    const pair = digest([provenance.pixelHash, text]).slice(0, 16);
    kept.push({ id, route, score: provenance.score, text, image, pair });
  }
  return kept;
}
