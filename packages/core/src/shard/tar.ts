import { pipeline, Readable } from 'node:stream';
import { extract } from 'tar-stream';

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

/** Bytes of an archive that are given at one time. */
const packedAtOnce = 2 ** 20;

/**
 * A tar archive (ustar) with fixed times, owners and modes: the same files in the same order give the same bytes. Every piece
 * lies in the same memory, and is good only until the next one is asked for.
 * @throws TypeError where a name is no ASCII of at most 100 bytes.
 */
export async function* packTar(files: Iterable<TarFile> | AsyncIterable<TarFile>): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(packedAtOnce);
  let filled = 0;
  function* add(data: Uint8Array): Generator<Uint8Array> {
    for (let from = 0; from < data.length; ) {
      const some = data.subarray(from, from + packedAtOnce - filled);
      piece.set(some, filled);
      from += some.length;
      filled += some.length;
      if (filled < packedAtOnce) return;
      yield piece;
      filled = 0;
    }
  }
  for await (const { name, data } of files) {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    yield* add(headerOf(name, bytes.length));
    yield* add(bytes);
    yield* add(zeros.subarray(0, -bytes.length & (blockSize - 1)));
  }
  yield* add(zeros);
  if (filled > 0) yield piece.subarray(0, filled);
}

const blockSize = 512;
/** Two empty blocks end an archive. */
const zeros = new Uint8Array(2 * blockSize);

/** Everything of a header but name, size and checksum, which is counted as eight spaces. */
const commonHeader = Buffer.alloc(blockSize);
commonHeader.write('000644 \x00000000 \x00000000 ', 100, 'latin1');
commonHeader.write('00000000000 ', 136, 'latin1');
commonHeader.write('        0', 148, 'latin1');
commonHeader.write('ustar\x0000', 257, 'latin1');
commonHeader.write('000000 \x00000000 ', 329, 'latin1');

function headerOf(name: string, size: number): Uint8Array {
  if (!/^[\x21-\x7e]{1,100}$/.test(name))
    throw new TypeError(`"${name}" is no name for an entry: at most 100 letters, digits and signs of ASCII.`);
  const header = Buffer.from(commonHeader);
  header.write(name, 0, 'latin1');
  header.write(`${size.toString(8).padStart(11, '0')} `, 124, 'latin1');
  let sum = 0;
  for (let at = 0; at < blockSize; at++) sum += header[at]!;
  header.write(`${sum.toString(8).padStart(6, '0')} \x00`, 148, 'latin1');
  return header;
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
