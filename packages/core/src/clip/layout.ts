import type { TensorInfo } from '@anagram/native';
import { type Counterpart, counterparts, type Scheme } from './tensor-names.ts';
import type { TensorSource } from './write-safetensors.ts';

/** What a model needs of its tensors, whatever layout they come from. */
export type ReadTensor = (name: string) => Promise<Float32Array>;

/** A tensor that a file has to hold. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A model's tensors under another program's names. Every tensor needs a counterpart there. */
export function toTheirs(tensors: readonly TensorInfo[], read: ReadTensor, scheme: Scheme): TensorSource[] {
  return tensors.flatMap(({ name, shape }) => {
    const places = counterparts(name, scheme);
    if (!places) throw new RangeError(`There is no place for the tensor ${name} among the names of ${scheme}.`);
    return places.map((place) => ({
      name: place.name,
      shape: shapeThere(place, shape),
      read: async () => {
        const values = await read(name);
        if (place.transposed) return transpose(values, shape[0]!, shape[1]!);
        if (!place.thirds) return values;
        const [from, to] = place.thirds;
        return values.slice((values.length / 3) * from, (values.length / 3) * to);
      },
    }));
  });
}

/** Our tensors out of a file with another program's names: which are needed, with their shapes, and how to read them. */
export function fromTheirs(
  tensors: readonly NamedShape[],
  read: ReadTensor,
  scheme: Scheme,
): { needed: NamedShape[]; read: ReadTensor } {
  const places = new Map(
    tensors.map(({ name, shape }) => {
      const parts: readonly Counterpart[] = counterparts(name, scheme) ?? [{ name }];
      return [name, { shape, parts }] as const;
    }),
  );
  return {
    needed: [...places.values()].flatMap(({ shape, parts }) =>
      parts.map((part) => ({ name: part.name, shape: shapeThere(part, shape) })),
    ),
    read: async (name) => {
      const { shape, parts } = places.get(name)!;
      const values = await Promise.all(parts.map((part) => read(part.name)));
      if (parts[0]!.transposed) return transpose(values[0]!, shape[1]!, shape[0]!);
      return values.length === 1 ? values[0]! : concatenate(values);
    },
  };
}

function shapeThere({ transposed, leading, thirds }: Counterpart, shape: readonly number[]): readonly number[] {
  if (leading) return [...new Array<number>(leading).fill(1), ...shape];
  if (transposed) return [shape[1]!, shape[0]!];
  return thirds ? [(shape[0]! / 3) * (thirds[1] - thirds[0]), ...shape.slice(1)] : shape;
}

/** (rows, columns) → (columns, rows) */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c]!;
  }
  return result;
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
