import { readFileSync } from 'node:fs';

interface Stored {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export interface Golden {
  metadata: Record<string, string>;
  names: string[];
  floats(name: string): Float32Array;
  bytes(name: string): Uint8Array;
  integers(name: string): Int32Array;
}

/** The kinds of tensors that make-golden.py writes, and no more. */
export function readSafetensors(path: string | URL): Golden {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE());
  const { __metadata__: metadata, ...tensors } = JSON.parse(file.subarray(8, start).toString()) as Record<
    string,
    Stored
  > & {
    __metadata__: Record<string, string>;
  };
  const read = (name: string, dtypes: string[]) => {
    const tensor = tensors[name];
    if (!tensor || !dtypes.includes(tensor.dtype)) throw new Error(`No ${dtypes.join(' or ')} tensor ${name}`);
    const [begin, end] = tensor.data_offsets;
    return { dtype: tensor.dtype, buffer: Uint8Array.from(file.subarray(start + begin, start + end)).buffer };
  };
  return {
    metadata,
    names: Object.keys(tensors),
    floats(name) {
      const { dtype, buffer } = read(name, ['F32', 'BF16']);
      // bfloat16 is the upper half of a float.
      const widened = () => new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer);
      return dtype === 'BF16' ? widened() : new Float32Array(buffer);
    },
    bytes: (name) => new Uint8Array(read(name, ['U8']).buffer),
    integers: (name) => new Int32Array(read(name, ['I32']).buffer),
  };
}
