import { JsonReader } from '../json-reader.ts';
import { elementSizes } from './dtype.ts';

/**
 * Bytes of the longest header that is read. The reference implementation takes 100 MB; headers of real models are far
 * below 1 MB (about 100 bytes per tensor), and what a header becomes in memory, up to ten times its size, has to stay
 * small until it is checked.
 */
export const longestHeader = 2 ** 22;
/** Most tensors of a file, and most strings of its metadata. */
export const mostEntries = 2 ** 15;
/** Letters of a tensor's name; longer ones would make every sentence about it long. */
const longestName = 1024;
/** PyTorch's own limit on the sides of a tensor. */
const mostSides = 64;

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes behind the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: { readonly [key: string]: string };
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Reads the header of a safetensors file: every tensor's type, shape and bytes agree, and the tensors fill the data
 * without gap, overlap or repetition.
 * @param dataLength Bytes behind the header.
 * @throws SyntaxError with one sentence, without the path.
 */
export function parseHeader(header: Buffer, dataLength: number): SafetensorsHeader {
  const json = new JsonReader(header);
  const tensors = new Map<string, StoredTensor>();
  const metadata = new Map<string, string>();
  json.object((name) => {
    if (name === '__metadata__') readMetadata(json, metadata);
    else if (name.length > longestName) json.fail(`a tensor's name has more than ${longestName} letters`);
    else if (tensors.size === mostEntries) json.fail(`it has more than ${mostEntries} tensors`);
    else tensors.set(name, readEntry(json, name));
  });
  json.end();
  const inOrder = [...tensors.keys()].sort((a, b) => {
    const [first, second] = [tensors.get(a)!, tensors.get(b)!];
    return first.begin - second.begin || first.end - second.end;
  });
  let end = 0;
  for (const name of inOrder) {
    const tensor = tensors.get(name)!;
    if (tensor.begin !== end) {
      throw new SyntaxError(`tensor ${name} begins at byte ${tensor.begin}, the one before ends at ${end}`);
    }
    end = tensor.end;
  }
  if (end !== dataLength) throw new SyntaxError(`its tensors take ${end} bytes, the file has ${dataLength} for them`);
  return { metadata: Object.fromEntries(metadata), tensors };
}

function readMetadata(json: JsonReader, metadata: Map<string, string>): void {
  json.object((key) => {
    if (metadata.size === mostEntries) json.fail(`it has more than ${mostEntries} metadata`);
    metadata.set(key, json.string());
  });
}

function readEntry(json: JsonReader, name: string): StoredTensor {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  json.object((field) => {
    if (field === 'dtype') dtype = json.string();
    else if (field === 'shape') shape = readIntegers(json, mostSides);
    else if (field === 'data_offsets') offsets = readIntegers(json, 2);
    else json.fail(`tensor ${name} has a field that safetensors does not know`);
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || !shape || begin === undefined || end === undefined) {
    return json.fail(`tensor ${name} lacks one of dtype, shape and its two data_offsets`);
  }
  const elementSize = elementSizes.get(dtype);
  if (elementSize === undefined) return json.fail(`tensor ${name} has the unknown type ${dtype.slice(0, 64)}`);
  const bytes = shape.reduce((product, side) => product * side, elementSize);
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) {
    json.fail(`tensor ${name} is ${dtype} [${shape}], which does not take the ${end - begin} bytes it claims`);
  }
  return { dtype, shape, begin, end };
}

function readIntegers(json: JsonReader, most: number): number[] {
  const numbers: number[] = [];
  json.array((index) => {
    if (index === most) json.fail(`a list of numbers has more than ${most}`);
    numbers.push(json.integer());
  });
  // A copy is as long as its numbers; an array that has grown keeps room for more.
  return numbers.slice();
}
