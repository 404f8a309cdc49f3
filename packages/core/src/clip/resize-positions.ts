import type { TensorInfo } from '@anagram/native';
import { native } from '../native.ts';
import type { Architecture } from './architecture.ts';
import { gridSide } from './clip-config.ts';

/** By open_clip's names, of a vision transformer's tokens and of a ResNet's attention pool. */
const ofImages = /^visual\.(attnpool\.)?positional_embedding$/;
const ofTexts = /^positional_embedding$/;

interface Resized {
  /** Rows in the file. */
  readonly rows: number;
  /** From (rows, width) to what the model has. */
  fit(values: Float32Array): Promise<Float32Array>;
}

/**
 * How the tensors of a model are read from one that was made for pictures or texts of another size. The grid of an image
 * tower's position embeddings is resized as open_clip's `resize_pos_embed` does (bicubic, antialiased, corners not aligned), and
 * what stands before the grid, the class token's, stays; a text tower's are as its `resize_text_pos_embed` makes them (linear).
 * @param tensors Of the model that is built.
 * @returns The tensors with the shapes that they have in the file, and what makes a file's values the model's.
 */
export function resizePositions(
  tensors: readonly TensorInfo[],
  stored: Architecture,
  wanted: Architecture,
): { tensors: TensorInfo[]; fit(name: string, values: Float32Array): Promise<Float32Array> } {
  const resized = new Map<string, Resized>();
  const sides = [gridSide(stored.vision_cfg), gridSide(wanted.vision_cfg)] as const;
  const lengths = [stored.text_cfg.context_length, wanted.text_cfg.context_length] as const;
  for (const { name, shape } of tensors) {
    const [rows, width] = shape as [number, number];
    if (ofImages.test(name) && sides[0] !== sides[1]) resized.set(name, grid(rows, width, ...sides));
    if (ofTexts.test(name) && lengths[0] !== lengths[1]) {
      resized.set(name, { rows: lengths[0], fit: async (values) => line(values, width, ...lengths) });
    }
  }
  return {
    tensors: tensors.map((tensor) => {
      const { rows } = resized.get(tensor.name) ?? {};
      return rows === undefined ? tensor : { ...tensor, shape: [rows, ...tensor.shape.slice(1)] };
    }),
    fit: async (name, values) => resized.get(name)?.fit(values) ?? values,
  };
}

function grid(rows: number, width: number, from: number, to: number): Resized {
  const before = rows - to * to;
  return {
    rows: before + from * from,
    fit: async (values) => {
      const cells = values.slice(before * width); // (from, from, width)
      const fitted = new Float32Array(rows * width);
      fitted.set(values.subarray(0, before * width));
      fitted.set(await (await native()).resizeGrid(cells, from, from, to, to), before * width);
      return fitted;
    },
  };
}

/** (from, width) → (to, width), each row between the two nearest. */
function line(values: Float32Array, width: number, from: number, to: number): Float32Array {
  const fitted = new Float32Array(to * width);
  for (let row = 0; row < to; row++) {
    const at = Math.max(0, ((row + 0.5) * from) / to - 0.5);
    const low = Math.floor(at);
    const high = Math.min(low + 1, from - 1);
    const part = at - low;
    for (let i = 0; i < width; i++) {
      fitted[row * width + i] = (1 - part) * values[low * width + i]! + part * values[high * width + i]!;
    }
  }
  return fitted;
}
