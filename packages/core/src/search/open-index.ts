import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import type { Embedder } from '../evaluate/task.ts';
import { native } from '../native.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import type { IndexHead } from './build-index.ts';

export interface SearchHit {
  readonly id: string;
  readonly text?: string;
  /** Cosine. */
  readonly score: number;
}

export interface SearchIndex {
  readonly count: number;
  /** Exact: every vector is compared. Best first; equal scores in the index's order. @throws AnagramError `invalid-options` */
  search(query: string | Pixels | ImageFile, options?: { limit?: number; signal?: AbortSignal }): Promise<SearchHit[]>;
}

/**
 * Opens what `buildIndex` wrote.
 * @throws AnagramError `model-mismatch` when it was built with other weights, `shard-corrupt` when the vectors are damaged.
 */
export async function openIndex({
  model,
  dir,
}: {
  model: Embedder & { hash(): Promise<string> };
  dir: string;
}): Promise<SearchIndex> {
  const head = JSON.parse(await readHead(dir)) as IndexHead;
  const hash = await model.hash();
  if (head.model !== hash) {
    throw new AnagramError(
      'model-mismatch',
      `Index "${dir}" was built with model ${head.model.slice(0, 12)}, the model given is ${hash.slice(0, 12)}. Build the index again with this model.`,
      { path: dir },
    );
  }
  const bytes = await readFile(join(dir, 'vectors.f32'));
  if (createHash('sha256').update(bytes).digest('hex') !== head.sha256) {
    throw new AnagramError(
      'shard-corrupt',
      `Vectors of index "${dir}" do not match their checksum. Build the index again.`,
      { path: dir },
    );
  }
  const vectors = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const items = (await readFile(join(dir, 'items.jsonl'), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; text?: string });
  return {
    count: head.count,
    async search(query, { limit = 10, signal } = {}) {
      const knobs = signal ? { signal } : {};
      parseSettings('search.limit', z.int().min(1), limit);
      if (head.count === 0) return [];
      const vector =
        typeof query === 'string' ? await model.embedTexts([query], knobs) : await model.embedImages([query], knobs);
      const { index, score } = await (await native()).nearest(vector, vectors, head.width, Math.min(limit, head.count));
      return Array.from(index, (row, i) => ({ ...items[row]!, score: score[i]! }));
    },
  };
}

async function readHead(dir: string): Promise<string> {
  try {
    return await readFile(join(dir, 'index.json'), 'utf8');
  } catch (cause) {
    throw new AnagramError(
      'source-failed',
      `No index in "${dir}": index.json is missing. Build one with buildIndex or \`anagram embed\`.`,
      { path: dir },
      { cause },
    );
  }
}
