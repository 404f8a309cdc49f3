import type { TensorInfo } from '@anagram/native';
import { native } from '../native.ts';
import type { Architecture } from './architecture.ts';
import { gridSide } from './clip-config.ts';

/** By open_clip's names, of a vision transformer's tokens and of a ResNet's attention pool. */
const positions = /^visual\.(.*\.)?(positional_embedding|pos_embed)$/;

/**
 * How the tensors of a model are read from one that was made for pictures of another size: the grid of position embeddings
 * is resized as open_clip's `resize_pos_embed` does (bicubic, antialiased, corners not aligned; bit-equal to PyTorch), and
 * what stands before the grid, the class token's, stays.
 * @param tensors Of the model that is built.
 * @returns The tensors with the shapes that they have in the file, and what makes a file's values the model's.
 */
export function resizePositions(
  tensors: readonly TensorInfo[],
  { vision_cfg: stored }: Architecture,
  { vision_cfg: wanted }: Architecture,
): { tensors: TensorInfo[]; fit(name: string, values: Float32Array): Promise<Float32Array> } {
  const [from, to] = [gridSide(stored), gridSide(wanted)];
  const resized = from !== to && tensors.find(({ name }) => positions.test(name));
  if (!resized) return { tensors: [...tensors], fit: async (_, values) => values };
  const [rows, width] = resized.shape as [number, number];
  const before = rows - to * to;
  return {
    tensors: tensors.map((tensor) =>
      tensor === resized ? { ...tensor, shape: [before + from * from, width] } : tensor,
    ),
    fit: async (name, values) => {
      if (name !== resized.name) return values;
      const grid = values.slice(before * width); // (from, from, width)
      const fitted = new Float32Array(rows * width);
      fitted.set(values.subarray(0, before * width));
      fitted.set(await (await native()).resizeGrid(grid, from, from, to, to), before * width);
      return fitted;
    },
  };
}
