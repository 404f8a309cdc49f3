import { pipeline, Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';

export interface TarFile {
  readonly name: string;
  readonly data: Uint8Array | string;
}

export interface TarEntry {
  readonly name: string;
  /** `file`, `directory`, `symlink`, `link`, … */
  readonly type: string;
  readonly size: number;
  /** Where the entry's data starts in the (unpacked) archive. */
  readonly offset: number;
  /** Null where it was not wanted. */
  readonly data: Buffer | null;
}

/** A tar archive with fixed times, owners and modes: the same files in the same order give the same bytes. */
export async function* packTar(files: Iterable<TarFile> | AsyncIterable<TarFile>): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const feed = async () => {
    for await (const { name, data } of files) {
      const header = { name, mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, type: 'file' } as const;
      await new Promise<void>((resolve, reject) => {
        archive.entry(header, data, (error) => (error ? reject(error) : resolve()));
      });
    }
    archive.finalize();
  };
  const feeding = feed();
  feeding.catch((error) => archive.destroy(error));
  yield* archive as AsyncIterable<Uint8Array>;
  await feeding;
}

/**
 * Reads an archive once, front to back. Only entries that `wanted` accepts are held in memory, the others are skipped.
 * @throws Error where the archive is damaged or cut off.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  wanted: (entry: Omit<TarEntry, 'data'>) => boolean,
): AsyncGenerator<TarEntry> {
  const archive = extract();
  // Errors of either side reach the loop below through the archive, which the pipeline destroys.
  pipeline(Readable.from(chunks), archive as unknown as NodeJS.WritableStream, () => {});
  for await (const entry of archive) {
    const { name, type, size } = entry.header;
    const found = { name, type, size, offset: entry.offset + 512 };
    const kept: Uint8Array[] = [];
    const keep = wanted(found);
    for await (const chunk of entry as AsyncIterable<Uint8Array>) if (keep) kept.push(chunk);
    yield { ...found, data: keep ? Buffer.concat(kept) : null };
  }
}
