import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ClipModel } from '../clip/clip-model.ts';
import type { OnEvent } from '../events.ts';
import type { Source } from '../pair.ts';
import { readAhead } from '../read-ahead.ts';
import { type IngestedRecord, readToScore, recordsAt, type ScoredRecord } from './records.ts';
import { RowFile } from './row-file.ts';

/** Pictures that are embedded together. */
const block = 64;
const readAtOnce = 8;

/**
 * Embeds pictures of the source, a block at a time, into a file of `work` whose name tells the model and the pictures: what is
 * there is not embedded again.
 * @param context.records In the order of the source.
 * @returns (records, embedDim) rows of unit length.
 * @throws AnagramError `source-failed`, `image-unreadable`, `write-failed`
 */
export async function embedPictures(context: {
  source: Source;
  model: ClipModel;
  records: readonly ScoredRecord[];
  work: string;
  emit: OnEvent;
  signal: AbortSignal | undefined;
}): Promise<RowFile> {
  const { source, model, records, work, emit, signal } = context;
  const total = records.length;
  const file = await RowFile.open(join(work, `similar-${await nameOf(model, records)}.f32`), model.embedDim);
  try {
    // Always the same blocks: the last digits of a row may differ with what it was computed beside.
    if (file.count < total) await file.keep(file.count - (file.count % block));
    emit({ type: 'stage-start', stage: 'prepare-similar', total });
    const missing = new Set(records.slice(file.count).map(({ index }) => index));
    const size = model.imageSize;
    const pictures = readAhead(recordsAt(source, missing, signal), readAtOnce, async ({ record: { image } }) => {
      const bytes = await image!.bytes();
      const read = await readToScore(bytes, image!.name, size, () => null, model.config.preprocess);
      return read.image.data; // (size, size, 3)
    });
    try {
      while (file.count < total) {
        const count = Math.min(block, total - file.count);
        const pixels = new Uint8Array(count * size * size * 3); // (count, size, size, 3)
        for (let k = 0; k < count; k++) pixels.set((await pictures.next()).value!, k * size * size * 3);
        await file.add(await model.native.encodeImages(pixels, count));
        emit({ type: 'stage-progress', stage: 'prepare-similar', done: file.count, total });
        signal?.throwIfAborted();
      }
    } finally {
      await pictures.return(undefined);
    }
    emit({ type: 'stage-end', stage: 'prepare-similar', done: total });
    return file;
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

async function nameOf(model: ClipModel, records: readonly IngestedRecord[]): Promise<string> {
  const hash = createHash('sha256').update(await model.hash());
  for (const { pixelHash } of records) hash.update(`\n${pixelHash}`);
  return hash.digest('hex');
}
