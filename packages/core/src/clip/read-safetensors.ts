import { type FileHandle, open } from 'node:fs/promises';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { elementSizes, toFloat32 } from './dtype.ts';

/** The reference implementation's limit. */
const largestHeader = 100_000_000;
const largestRead = 2 ** 30;

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes behind the header. */
  readonly begin: number;
  readonly end: number;
}

/** An open safetensors file whose header has been checked; nothing but the header is in memory. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: { readonly [key: string]: string };
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** F32, F16, BF16 and F64 as Float32. @throws AnagramError `checkpoint-corrupt` */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a safetensors file and checks its header before anything is allocated for it: it fits the file, and the tensors
 * fill the rest of it without gap, overlap or repetition.
 * @throws AnagramError `checkpoint-corrupt`
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await open(path, 'r').catch((cause: Error) => corrupt(path, `it cannot be opened: ${cause.message}`));
  try {
    const { size } = await file.stat();
    const headerLength = await readHeaderLength(file, path, size);
    const header = await readBytes(file, path, 8, headerLength);
    const start = 8 + headerLength;
    const { metadata, tensors } = parseHeader(path, header, size - start);
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

function corrupt(path: string, why: string): never {
  throw new AnagramError(
    'checkpoint-corrupt',
    `${path} cannot be read: ${why}. Expected a whole safetensors file. Fetch or write it again.`,
    { path },
  );
}

async function readHeaderLength(file: FileHandle, path: string, size: number): Promise<number> {
  if (size < 8) corrupt(path, `it has ${size} bytes`);
  const length = Number((await readBytes(file, path, 0, 8)).readBigUInt64LE());
  if (length > largestHeader) corrupt(path, `its header claims ${length} bytes, the most is ${largestHeader}`);
  if (8 + length > size) corrupt(path, `its header claims ${length} bytes, the file has ${size}`);
  return length;
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

function parseHeader(path: string, header: Buffer, dataLength: number) {
  const text = header.toString('utf8');
  const { __metadata__, ...entries } = parseJson(path, text);
  const metadata = z.record(z.string(), z.string()).safeParse(__metadata__ ?? {});
  if (!metadata.success) return corrupt(path, 'its metadata are no strings');
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, checkEntry(path, name, entry)]));
  // JSON.parse keeps the last of equal keys; an unescaped quote before `data_offsets` makes each hit an entry.
  const written = text.match(/(?<!\\)"data_offsets"\s*:/g)?.length ?? 0;
  if (written !== tensors.size) corrupt(path, 'a tensor stands in its header twice');
  let end = 0;
  for (const [name, tensor] of [...tensors].sort((a, b) => a[1].begin - b[1].begin || a[1].end - b[1].end)) {
    if (tensor.begin !== end)
      corrupt(path, `tensor ${name} begins at byte ${tensor.begin}, the one before ends at ${end}`);
    end = tensor.end;
  }
  if (end !== dataLength) corrupt(path, `its tensors take ${end} bytes, the file has ${dataLength} for them`);
  return { metadata: metadata.data, tensors };
}

function parseJson(path: string, text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return { ...header };
  } catch {
    // Said below.
  }
  return corrupt(path, 'its header is no JSON object');
}

function checkEntry(path: string, name: string, entry: unknown): StoredTensor {
  const result = entrySchema.safeParse(entry);
  if (!result.success) return corrupt(path, `the header of tensor ${name} is malformed`);
  const { dtype, shape, data_offsets } = result.data;
  const [begin, end] = data_offsets;
  const elementSize = elementSizes.get(dtype);
  if (elementSize === undefined) return corrupt(path, `tensor ${name} has the unknown type ${dtype}`);
  const bytes = shape.reduce((product, side) => product * side, elementSize);
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) {
    return corrupt(
      path,
      `tensor ${name} is ${dtype} [${shape}], which does not take the ${end - begin} bytes it claims`,
    );
  }
  return { dtype, shape, begin, end };
}
