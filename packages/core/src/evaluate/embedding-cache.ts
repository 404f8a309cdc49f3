import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Knobs, type OnEvent, safeEmitter } from '../events.ts';
import { hashBytes, hashPixels } from '../image/hash.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { EmbeddingStore } from './embedding-store.ts';
import type { Embedder } from './task.ts';

/** A model whose embeddings can be kept. */
export type HashedEmbedder = Embedder & Required<Pick<Embedder, 'hash'>>;

/** So many inputs are embedded before their rows are written. */
const block = 1024;
const readAtOnce = 16;

/**
 * The same model, that embeds no text and no picture twice: rows are kept in the folder under the model's hash and the content of the
 * input. Stopped anywhere, what was written stays; damaged files are made anew. Several processes may share a folder.
 * @param model Its weights must not change meanwhile. One that this function gave stays as it is.
 * @throws AnagramError `write-failed`
 */
export async function cachedEmbedder(
  model: HashedEmbedder,
  dir: string,
  { onEvent }: Pick<Knobs, 'onEvent'> = {},
): Promise<HashedEmbedder> {
  if (caching.has(model)) return model;
  const hash = await model.hash();
  const { embedDim } = model;
  const texts = await EmbeddingStore.open(join(dir, hash, 'texts'), embedDim);
  const images = await EmbeddingStore.open(join(dir, hash, 'images'), embedDim);
  const emit = safeEmitter(onEvent);
  const cached: HashedEmbedder = {
    embedDim,
    hash: async () => hash,
    ...(model.lostTokens && { lostTokens: (list) => model.lostTokens!(list) }),
    embedTexts: (list, { signal } = {}) =>
      embedMissing('texts', list, list.map(textKey), texts, {
        embed: (part) => model.embedTexts(part, signal ? { signal } : {}),
        emit,
        signal,
      }),
    embedImages: async (list, { signal } = {}) =>
      embedMissing('images', list, await imageKeys(list, signal), images, {
        embed: (part) => model.embedImages(part, signal ? { signal } : {}),
        emit,
        signal,
      }),
  };
  caching.add(cached);
  return cached;
}

/** What already embeds nothing twice. */
const caching = new WeakSet<Embedder>();

interface MissingOptions<T> {
  embed(inputs: readonly T[]): Promise<Float32Array>;
  emit: OnEvent;
  signal: AbortSignal | undefined;
}

/** @returns (inputs, width) */
async function embedMissing<T>(
  stage: string,
  inputs: readonly T[],
  keys: readonly string[],
  store: EmbeddingStore,
  { embed, emit, signal }: MissingOptions<T>,
): Promise<Float32Array> {
  const missing = new Map<string, T>();
  keys.forEach((key, at) => {
    if (!store.has(key) && !missing.has(key)) missing.set(key, inputs[at]!);
  });
  const todo = [...missing];
  const total = todo.length;
  if (total > 0) emit({ type: 'stage-start', stage, total });
  // Blocks begin where an interrupted run's last one ended, so that the same inputs share a batch.
  for (let at = 0; at < total; at += block) {
    signal?.throwIfAborted();
    const part = todo.slice(at, at + block);
    const rows = await embed(part.map(([, input]) => input)); // (part, width)
    await store.add(
      part.map(([key]) => key),
      rows,
    );
    emit({ type: 'stage-progress', stage, done: at + part.length, total });
  }
  if (total > 0) emit({ type: 'stage-end', stage, done: total });
  return store.rows(keys);
}

function textKey(text: string): string {
  // As JSON, for lone surrogates are all the same in UTF-8.
  return hashBytes(JSON.stringify(text));
}

async function imageKeys(images: readonly (Pixels | ImageFile)[], signal: AbortSignal | undefined): Promise<string[]> {
  const keys: string[] = [];
  for (let at = 0; at < images.length; at += readAtOnce) {
    signal?.throwIfAborted();
    keys.push(...(await Promise.all(images.slice(at, at + readAtOnce).map(imageKey))));
  }
  return keys;
}

/** By content: a path, a size and a time say nothing of a file that was copied over. */
async function imageKey(image: Pixels | ImageFile): Promise<string> {
  if ('data' in image) return hashPixels(image);
  if (!image.cutFrom) return hashBytes(await image.bytes());
  const { file, box } = image.cutFrom;
  const hash = createHash('sha256').update(await file.bytes());
  return hash.update(`[${box.x}, ${box.y}, ${box.width}, ${box.height}]`).digest('hex');
}
