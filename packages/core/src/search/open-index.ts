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
  /** Null in an index of an older version, which does not tell. */
  readonly kind: 'picture' | 'text' | null;
  /** The picture as its source names it: a path in the source's folder, a url, a shard's entry, a line of a table with data URLs. */
  readonly image?: string;
  readonly text?: string;
  /** Cosine. */
  readonly score: number;
}

export const searchKinds = ['pictures', 'texts', 'all'] as const;

export interface SearchOptions {
  /** Most hits. @default 10 */
  readonly limit?: number;
  /**
   * What is looked for: pictures, texts without one, or both in one list. Models of this kind put two texts nearer to each other than a text
   * and its picture, and so two pictures: in one list those of the query's own kind come first, whatever they show.
   * @default pictures; texts where the index has no picture
   */
  readonly find?: (typeof searchKinds)[number];
  readonly signal?: AbortSignal;
}

export interface SearchIndex {
  readonly count: number;
  /** Exact: every vector is compared. Best first; equal scores in the index's order. @throws AnagramError `invalid-options` */
  search(query: string | Pixels | ImageFile, options?: SearchOptions): Promise<SearchHit[]>;
}

const optionsSchema = z.strictObject({
  limit: z.int().min(1).default(10),
  find: z.enum(searchKinds).optional(),
  signal: z.instanceof(AbortSignal).optional(),
});

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
    .map((line) => JSON.parse(line) as { id: string; image?: string; text?: string });
  const { pictures } = head;
  const rowsOf = (find: SearchOptions['find']): readonly [from: number, to: number] => {
    if (pictures === undefined && find !== undefined && find !== 'all') {
      throw new AnagramError(
        'invalid-options',
        `find: ${find}: index "${dir}" is of an older version, which does not tell pictures from texts. Build the index again, or search all of it.`,
        { where: 'find' },
      );
    }
    if (pictures === undefined || find === 'all') return [0, head.count];
    return find === 'texts' || (find === undefined && pictures === 0) ? [pictures, head.count] : [0, pictures];
  };
  return {
    count: head.count,
    async search(query, options = {}) {
      const { limit, find, signal } = parseSettings('search', optionsSchema, options);
      const knobs = signal ? { signal } : {};
      const [from, to] = rowsOf(find);
      if (from === to) return [];
      const vector =
        typeof query === 'string' ? await model.embedTexts([query], knobs) : await model.embedImages([query], knobs);
      const among = vectors.subarray(from * head.width, to * head.width);
      const { index, score } = await (await native()).nearest(vector, among, head.width, Math.min(limit, to - from));
      const kindOf = (row: number) => (pictures === undefined ? null : row < pictures ? 'picture' : 'text');
      return Array.from(index, (row, i) => ({ ...items[from + row]!, kind: kindOf(from + row), score: score[i]! }));
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
