import { type FileHandle, open, stat } from 'node:fs/promises';
import { AnagramError } from '../errors.ts';
import { toFloat32 } from './dtype.ts';
import { longestHeader, parseHeader, type StoredTensor } from './safetensors-header.ts';

const largestRead = 2 ** 30;

/** Tensors at rest: nothing but their headers is in memory. */
export interface StoredTensors {
  /** The file, or the list of files. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** F32, F16, BF16, F64 and I64 as Float32. @throws AnagramError `checkpoint-corrupt` */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An open safetensors file whose header has been checked. */
export interface SafetensorsFile extends StoredTensors {
  readonly metadata: { readonly [key: string]: string };
}

/**
 * Opens a safetensors file and checks its header before anything is allocated for its tensors: it fits the file, and
 * the tensors fill the rest of it without gap, overlap or repetition. A header takes at most 4 MiB and 32,768 tensors.
 * @throws AnagramError `checkpoint-corrupt`
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openFile(path).catch((cause: Error) => corrupt(path, `it cannot be opened: ${cause.message}`));
  try {
    const { size } = await file.stat();
    const headerLength = await readHeaderLength(file, path, size);
    const start = 8 + headerLength;
    const { metadata, tensors } = checkHeader(path, await readBytes(file, path, 8, headerLength), size - start);
    const close = () => file.close();
    const read = async (name: string) => {
      const tensor = tensors.get(name);
      if (!tensor) return corrupt(path, `it has no tensor ${name}`);
      const bytes = await readBytes(file, path, start + tensor.begin, tensor.end - tensor.begin);
      return toFloat32(tensor.dtype, bytes) ?? corrupt(path, `tensor ${name} has the type ${tensor.dtype}, no float`);
    };
    return { path, metadata, tensors, read, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** To open a pipe would wait for a writer, so what is no file is refused unopened. */
async function openFile(path: string): Promise<FileHandle> {
  if (!(await stat(path)).isFile()) throw new Error('it is no file');
  return open(path, 'r');
}

function corrupt(path: string, why: string, remedy = 'Fetch or write it again.'): never {
  throw new AnagramError(
    'checkpoint-corrupt',
    `${path} cannot be read: ${why}. Expected a whole safetensors file. ${remedy}`,
    { path },
  );
}

async function readHeaderLength(file: FileHandle, path: string, size: number): Promise<number> {
  if (size < 8) corrupt(path, `it has ${size} bytes`);
  const claimed = (await readBytes(file, path, 0, 8)).readBigUInt64LE();
  if (claimed + 8n > size) corrupt(path, `its header claims ${claimed} bytes, the file has ${size}`);
  const length = Number(claimed);
  if (length > longestHeader) {
    corrupt(
      path,
      `its header claims ${length} bytes, the most is ${longestHeader}`,
      'If it is whole, save it again with less metadata, or as shards with an index.',
    );
  }
  return length;
}

function checkHeader(path: string, header: Buffer, dataLength: number) {
  try {
    return parseHeader(header, dataLength);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return corrupt(path, `its header is malformed: ${error.message}`);
  }
}

async function readBytes(
  file: FileHandle,
  path: string,
  position: number,
  length: number,
): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const wanted = Math.min(length - done, largestRead);
    const { bytesRead } = await file.read(bytes, done, wanted, position + done);
    if (bytesRead === 0) corrupt(path, `it ends ${length - done} bytes too early`);
    done += bytesRead;
  }
  return bytes;
}
