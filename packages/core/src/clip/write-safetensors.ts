import { writeAtomic } from '../shard/write-atomic.ts';

/** One tensor on its way to a file; read when its turn comes, so that no file is ever held in memory. */
export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row by row. */
  read(): Promise<Float32Array>;
}

/**
 * Writes F32 tensors as safetensors, sorted by name: whole or not at all, and the same tensors give the same bytes.
 * @param metadata Strings for the header; transformers wants `format: 'pt'`, which is always there.
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<TensorSource>,
  metadata: { readonly [key: string]: string } = {},
): Promise<void> {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  return writeAtomic(path, chunks(sorted, metadata));
}

async function* chunks(
  tensors: readonly TensorSource[],
  metadata: { readonly [key: string]: string },
): AsyncGenerator<Uint8Array> {
  const entries: [string, object][] = [['__metadata__', { format: 'pt', ...metadata }]];
  let offset = 0;
  for (const { name, shape } of tensors) {
    const end = offset + 4 * shape.reduce((product, side) => product * side, 1);
    entries.push([name, { dtype: 'F32', shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const json = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  yield length;
  yield header;
  for (const { name, shape, read } of tensors) {
    const values = await read();
    const expected = shape.reduce((product, side) => product * side, 1);
    if (values.length !== expected) {
      throw new RangeError(`Tensor ${name} has ${values.length} values. Expected ${expected} for shape [${shape}].`);
    }
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}
