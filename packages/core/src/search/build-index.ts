import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Embedder } from '../evaluate/task.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { writeAtomic } from '../shard/write-atomic.ts';

/** One picture or text to be found. */
export interface IndexItem {
  readonly id: string;
  readonly image?: Pixels | ImageFile;
  readonly text?: string;
}

/** `index.json`: what lies beside the vectors. The index refuses to open with another model. */
export interface IndexHead {
  readonly version: 1;
  readonly model: string;
  readonly width: number;
  readonly count: number;
  /** sha256 of `vectors.f32`. */
  readonly sha256: string;
}

export interface BuildIndexOptions extends Knobs {
  model: Embedder & { readonly hash: string };
  items: Iterable<IndexItem> | AsyncIterable<IndexItem>;
  /** Receives `vectors.f32` (count × width, little-endian), `items.jsonl` and, last, `index.json`. */
  dir: string;
  /** Items embedded at a time. @default 256 */
  batchSize?: number;
}

/** Embeds items (by their picture where they have one, else by their text) into an index for exact search. */
export async function buildIndex({ model, items, dir, batchSize = 256, signal, onEvent }: BuildIndexOptions): Promise<IndexHead> {
  const emit = safeEmitter(onEvent);
  emit({ type: 'stage-start', stage: 'index', total: null });
  await mkdir(dir, { recursive: true });
  const blocks: Float32Array[] = [];
  const lines: string[] = [];
  let batch: IndexItem[] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    blocks.push(await embedItems(model, batch, signal));
    for (const { id, text } of batch) lines.push(JSON.stringify(text === undefined ? { id } : { id, text }));
    batch = [];
    emit({ type: 'stage-progress', stage: 'index', done: lines.length, total: null });
  };
  for await (const item of items) {
    signal?.throwIfAborted();
    batch.push(item);
    if (batch.length === batchSize) await flush();
  }
  await flush();
  const vectors = Buffer.concat(blocks.map((block) => new Uint8Array(block.buffer, block.byteOffset, block.byteLength)));
  const head: IndexHead = {
    version: 1,
    model: model.hash,
    width: model.embedDim,
    count: lines.length,
    sha256: createHash('sha256').update(vectors).digest('hex'),
  };
  await writeAtomic(join(dir, 'vectors.f32'), vectors);
  await writeAtomic(join(dir, 'items.jsonl'), lines.map((line) => `${line}\n`).join(''));
  await writeAtomic(join(dir, 'index.json'), `${JSON.stringify(head, null, 2)}\n`);
  emit({ type: 'stage-end', stage: 'index', done: lines.length });
  return head;
}

/** Embeds mixed items, keeping their order: (count, D). */
async function embedItems(model: Embedder, items: readonly IndexItem[], signal?: AbortSignal): Promise<Float32Array> {
  const width = model.embedDim;
  const knobs = signal ? { signal } : {};
  const rows = new Float32Array(items.length * width);
  const put = (embedded: Float32Array, positions: readonly number[]) =>
    positions.forEach((position, i) => {
      rows.set(embedded.subarray(i * width, (i + 1) * width), position * width);
    });
  const withImage = items.flatMap((item, i) => (item.image ? [i] : []));
  const textOnly = items.flatMap((item, i) => (item.image ? [] : [i]));
  if (withImage.length > 0) put(await model.embedImages(withImage.map((i) => items[i]!.image!), knobs), withImage);
  if (textOnly.length > 0) put(await model.embedTexts(textOnly.map((i) => items[i]!.text ?? ''), knobs), textOnly);
  return rows;
}
