import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { isAnagramError } from '../errors.ts';
import { countCuts } from '../evaluate/count-cuts.ts';
import type { Embedder } from '../evaluate/task.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import { decodeImage } from '../image/decode.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { objectWith, parseSettings, received } from '../settings.ts';
import { requireFolderFor } from '../shard/folder-kind.ts';
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
  /** Rows of pictures, which stand first; those of texts without one follow. Where it is missing, rows are mixed. */
  readonly pictures?: number;
  /** sha256 of `vectors.f32`. */
  readonly sha256: string;
}

/** An item that could not be embedded, and why. */
export interface SkippedItem {
  readonly id: string;
  readonly reason: string;
}

export interface BuiltIndex extends IndexHead {
  /** Texts that were too long for the model and lost their ends. */
  readonly cutTexts: number;
  readonly pictures: number;
  readonly skipped: readonly SkippedItem[];
}

export interface BuildIndexOptions extends Knobs {
  model: Embedder & { hash(): Promise<string> };
  items: Iterable<IndexItem> | AsyncIterable<IndexItem>;
  /** Receives `vectors.f32` (count × width, little-endian; pictures before texts), `items.jsonl` and, last, `index.json`. */
  dir: string;
  /** Items embedded at a time. @default 256 */
  batchSize?: number;
}

const isIterable = (value: unknown) =>
  typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
const optionsSchema = z.object({
  model: objectWith('embedImages', 'a ClipModel'),
  items: z.unknown().refine(isIterable, { error: ({ input }) => `Expected items, received ${received(input)}` }),
  dir: z.string().min(1),
  batchSize: z.int().min(1).default(256),
});

/**
 * Embeds items (by their picture where they have one, else by their text) into an index for exact search. Items that cannot
 * be read are left out and listed.
 * @throws AnagramError `invalid-options`
 */
export async function buildIndex(options: BuildIndexOptions): Promise<BuiltIndex> {
  const { batchSize } = parseSettings('buildIndex', optionsSchema, options);
  const { model, items, dir, signal, onEvent } = options;
  requireFolderFor('an index', dir, 'buildIndex.dir');
  const emit = safeEmitter(onEvent);
  emit({ type: 'stage-start', stage: 'index', total: null });
  await mkdir(dir, { recursive: true });
  const pictures: Rows = { blocks: [], lines: [] };
  const texts: Rows = { blocks: [], lines: [] };
  const skipped: SkippedItem[] = [];
  const counted = countCuts(model);
  let batch: IndexItem[] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    const { rows, embedded } = await embedReadable(counted.model, batch, skipped, signal);
    for (const [i, { id, image, text }] of embedded.entries()) {
      const { blocks, lines } = image ? pictures : texts;
      blocks.push(rows.subarray(i * model.embedDim, (i + 1) * model.embedDim));
      lines.push(JSON.stringify({ id, ...(image && 'name' in image && { image: image.name }), text }));
    }
    batch = [];
    const done = pictures.lines.length + texts.lines.length;
    emit({ type: 'stage-progress', stage: 'index', done, total: null });
  };
  for await (const item of items) {
    signal?.throwIfAborted();
    if (item.image || item.text !== undefined) batch.push(item);
    else skipped.push({ id: item.id, reason: 'it has neither picture nor text' });
    if (batch.length === batchSize) await flush();
  }
  await flush();
  const lines = [...pictures.lines, ...texts.lines];
  const vectors = Buffer.concat(
    [...pictures.blocks, ...texts.blocks].map(
      (block) => new Uint8Array(block.buffer, block.byteOffset, block.byteLength),
    ),
  );
  const head: IndexHead = {
    version: 1,
    model: await model.hash(),
    width: model.embedDim,
    count: lines.length,
    pictures: pictures.lines.length,
    sha256: createHash('sha256').update(vectors).digest('hex'),
  };
  await writeAtomic(join(dir, 'vectors.f32'), vectors);
  await writeAtomic(join(dir, 'items.jsonl'), lines.map((line) => `${line}\n`).join(''));
  await writeAtomic(join(dir, 'index.json'), `${JSON.stringify(head, null, 2)}\n`);
  const note = skipped.length > 0 ? { note: `${skipped.length} could not be read` } : {};
  emit({ type: 'stage-end', stage: 'index', done: lines.length, ...note });
  const sentence = counted.cut.sentence();
  if (sentence !== null) emit({ type: 'warning', message: sentence });
  return { ...head, pictures: pictures.lines.length, skipped, cutTexts: counted.cut.count };
}

/** Of one kind, in the order of the items. */
interface Rows {
  readonly blocks: Float32Array[];
  readonly lines: string[];
}

/** Embeds a batch; where a picture in it cannot be decoded, finds out which, and embeds the others. */
async function embedReadable(
  model: Embedder,
  batch: readonly IndexItem[],
  skipped: SkippedItem[],
  signal: AbortSignal | undefined,
): Promise<{ rows: Float32Array; embedded: readonly IndexItem[] }> {
  try {
    return { rows: await embedItems(model, batch, signal), embedded: batch };
  } catch (error) {
    if (!isAnagramError(error, 'image-unreadable')) throw error;
  }
  const readable: IndexItem[] = [];
  for (const item of batch) {
    const reason = item.image && 'bytes' in item.image ? await problemOf(item.image) : null;
    if (reason === null) readable.push(item);
    else skipped.push({ id: item.id, reason });
  }
  return { rows: await embedItems(model, readable, signal), embedded: readable };
}

async function problemOf(image: ImageFile): Promise<string | null> {
  try {
    await decodeImage(await image.bytes(), image.name);
    return null;
  } catch (error) {
    if (isAnagramError(error, 'image-unreadable')) return error.message;
    throw error;
  }
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
  if (withImage.length > 0)
    put(
      await model.embedImages(
        withImage.map((i) => items[i]!.image!),
        knobs,
      ),
      withImage,
    );
  if (textOnly.length > 0)
    put(
      await model.embedTexts(
        textOnly.map((i) => items[i]!.text ?? ''),
        knobs,
      ),
      textOnly,
    );
  return rows;
}
