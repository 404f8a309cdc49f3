import type { TensorInfo } from '@anagram/native';
import type { TensorSource } from './write-safetensors.ts';

/** How a tensor of another program follows from one of ours, whose names are open_clip's. */
interface Counterpart {
  readonly name: string;
  readonly transposed?: true;
  /** Sides of length 1 before the others. */
  readonly leading?: number;
  /** Which third of the joint query, key and value projection. */
  readonly third?: 0 | 1 | 2;
}

interface Names {
  readonly [ours: string]: Counterpart;
}

/** transformers' CLIPModel, where names differ as a whole. The misspelt `pre_layrnorm` is transformers' own. */
const clipNames: Names = {
  logit_scale: { name: 'logit_scale' },
  'visual.class_embedding': { name: 'vision_model.embeddings.class_embedding' },
  'visual.conv1.weight': { name: 'vision_model.embeddings.patch_embedding.weight' },
  'visual.positional_embedding': { name: 'vision_model.embeddings.position_embedding.weight' },
  'visual.ln_pre.weight': { name: 'vision_model.pre_layrnorm.weight' },
  'visual.ln_pre.bias': { name: 'vision_model.pre_layrnorm.bias' },
  'visual.ln_post.weight': { name: 'vision_model.post_layernorm.weight' },
  'visual.ln_post.bias': { name: 'vision_model.post_layernorm.bias' },
  'visual.proj': { name: 'visual_projection.weight', transposed: true },
  'token_embedding.weight': { name: 'text_model.embeddings.token_embedding.weight' },
  positional_embedding: { name: 'text_model.embeddings.position_embedding.weight' },
  'ln_final.weight': { name: 'text_model.final_layer_norm.weight' },
  'ln_final.bias': { name: 'text_model.final_layer_norm.bias' },
  text_projection: { name: 'text_projection.weight', transposed: true },
};

/** transformers' SiglipModel, where it differs from CLIPModel. */
const siglipNames: Names = {
  ...clipNames,
  logit_scale: { name: 'logit_scale', leading: 1 },
  logit_bias: { name: 'logit_bias', leading: 1 },
  'visual.conv1.bias': { name: 'vision_model.embeddings.patch_embedding.bias' },
  'visual.attnpool.probe': { name: 'vision_model.head.probe', leading: 2 },
  'visual.attnpool.attn.in_proj_weight': { name: 'vision_model.head.attention.in_proj_weight' },
  'visual.attnpool.attn.in_proj_bias': { name: 'vision_model.head.attention.in_proj_bias' },
  'visual.attnpool.attn.out_proj.weight': { name: 'vision_model.head.attention.out_proj.weight' },
  'visual.attnpool.attn.out_proj.bias': { name: 'vision_model.head.attention.out_proj.bias' },
  'visual.attnpool.ln.weight': { name: 'vision_model.head.layernorm.weight' },
  'visual.attnpool.ln.bias': { name: 'vision_model.head.layernorm.bias' },
  'visual.attnpool.mlp.c_fc.weight': { name: 'vision_model.head.mlp.fc1.weight' },
  'visual.attnpool.mlp.c_fc.bias': { name: 'vision_model.head.mlp.fc1.bias' },
  'visual.attnpool.mlp.c_proj.weight': { name: 'vision_model.head.mlp.fc2.weight' },
  'visual.attnpool.mlp.c_proj.bias': { name: 'vision_model.head.mlp.fc2.bias' },
  'text_projection.weight': { name: 'text_model.head.weight' },
  'text_projection.bias': { name: 'text_model.head.bias' },
};

/** Whose tensors are meant. */
export type Family = 'clip' | 'siglip';

const inBlock: { readonly [ours: string]: string } = {
  ln_1: 'layer_norm1',
  ln_2: 'layer_norm2',
  'attn.out_proj': 'self_attn.out_proj',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
};

const block = /^(visual\.)?transformer\.resblocks\.(\d+)\.(.+)[._](weight|bias)$/;

/**
 * The tensors of transformers' model that hold one of ours.
 * @returns null where transformers has no place for it.
 */
function counterparts(ours: string, family: Family): readonly Counterpart[] | null {
  const names = family === 'siglip' ? siglipNames : clipNames;
  if (Object.hasOwn(names, ours)) return [names[ours]!];
  const [, visual, layer, part, kind] = block.exec(ours) ?? [];
  if (part === undefined) return null;
  const prefix = `${visual ? 'vision' : 'text'}_model.encoder.layers.${layer}`;
  if (part === 'attn.in_proj') {
    return (['q', 'k', 'v'] as const).map((letter, third) => ({
      name: `${prefix}.self_attn.${letter}_proj.${kind}`,
      third: third as 0 | 1 | 2,
    }));
  }
  return Object.hasOwn(inBlock, part) ? [{ name: `${prefix}.${inBlock[part]}.${kind}` }] : null;
}

/** What a model needs of its tensors, whatever layout they come from. */
export type ReadTensor = (name: string) => Promise<Float32Array>;

/** A tensor that a file has to hold. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A model's tensors under transformers' names. Every tensor needs a counterpart there. */
export function toTransformers(
  tensors: readonly TensorInfo[],
  read: ReadTensor,
  family: Family = 'clip',
): TensorSource[] {
  return tensors.flatMap(({ name, shape }) => {
    const places = counterparts(name, family);
    if (!places) throw new RangeError(`transformers has no place for the tensor ${name}.`);
    return places.map((place) => ({
      name: place.name,
      shape: shapeThere(place, shape),
      read: async () => {
        const values = await read(name);
        if (place.transposed) return transpose(values, shape[0]!, shape[1]!);
        if (place.third === undefined) return values;
        const size = values.length / 3;
        return values.slice(place.third * size, (place.third + 1) * size);
      },
    }));
  });
}

/** Our tensors out of a file with transformers' names: which are needed, with their shapes, and how to read them. */
export function fromTransformers(
  tensors: readonly NamedShape[],
  read: ReadTensor,
  family: Family = 'clip',
): { needed: NamedShape[]; read: ReadTensor } {
  const places = new Map(
    tensors.map(({ name, shape }) => {
      const parts: readonly Counterpart[] = counterparts(name, family) ?? [{ name }];
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

function shapeThere({ transposed, leading, third }: Counterpart, shape: readonly number[]): readonly number[] {
  if (leading) return [...new Array<number>(leading).fill(1), ...shape];
  if (transposed) return [shape[1]!, shape[0]!];
  return third === undefined ? shape : [shape[0]! / 3, ...shape.slice(1)];
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
