import { type Architecture, type ArchitectureName, findArchitecture, type Layout } from '../../packages/core/src/index.ts';

export type Library = 'open_clip' | 'transformers';

/** An architecture whose figures stand in one row of the table for each library. */
export interface Case {
  readonly row: string;
  readonly architecture: ArchitectureName | Architecture;
  /** Transformer blocks of each tower in place of the architecture's own. */
  readonly blocks?: number;
  /** Pictures and texts of the one batch. */
  readonly pairs: number;
  /** Each is written by Python and read by `ClipModel.load`; the first is compared. */
  readonly layouts: readonly Layout[];
  readonly libraries: readonly Library[];
  /** Who takes the training steps; null: features, logits and evaluation loss alone. */
  readonly trainedBy: readonly Library[] | null;
  /** `train`: the steps are taken by core's whole loop. `trainer`: by the addon's step, with core's schedule. */
  readonly through?: 'train' | 'trainer';
}

const both = ['open_clip', 'transformers'] as const;

/** Small enough to go through everything: both libraries, both layouts, the whole training loop. */
const tinyPlain: Architecture = {
  embed_dim: 64,
  quick_gelu: true,
  vision_cfg: { image_size: 40, layers: 3, width: 96, head_width: 24, mlp_ratio: 3, patch_size: 8 },
  text_cfg: { context_length: 24, width: 64, heads: 4, layers: 2 },
};
const { quick_gelu: _, ...tinyGelu } = tinyPlain;

const tiny = { pairs: 6, through: 'train' } as const;
const vit = { pairs: 2, layouts: ['transformers', 'open_clip'], libraries: both, trainedBy: ['transformers'] } as const;
const resnet = { pairs: 2, layouts: ['open_clip'], libraries: ['open_clip'], trainedBy: ['open_clip'] } as const;
const halves = { pairs: 2, blocks: 2, layouts: ['open_clip'], libraries: both, trainedBy: ['open_clip'] } as const;
const whole = { pairs: 2, layouts: ['transformers'], libraries: both, trainedBy: null } as const;

export const cases: readonly Case[] = [
  { row: 'tiny', architecture: tinyGelu, ...vit, trainedBy: both, ...tiny },
  { row: 'tiny, QuickGELU', architecture: tinyPlain, ...vit, trainedBy: both, ...tiny },
  { row: 'tiny-vit', architecture: 'tiny-vit', ...resnet, layouts: ['anagram'], ...tiny },
  { row: 'tiny-rn', architecture: 'tiny-rn', ...resnet, ...tiny },
  { row: 'ViT-B-32', architecture: 'ViT-B-32', ...vit, trainedBy: ['open_clip'] },
  { row: 'ViT-B-32-quickgelu', architecture: 'ViT-B-32-quickgelu', ...vit },
  { row: 'ViT-B-16', architecture: 'ViT-B-16', ...vit },
  { row: 'RN50', architecture: 'RN50', ...resnet },
  { row: 'RN101', architecture: 'RN101', ...resnet },
  { row: 'RN50x4', architecture: 'RN50x4', ...resnet },
  { row: 'ViT-L-14, 2 blocks', architecture: 'ViT-L-14', ...halves },
  { row: 'ViT-L-14-336, 2 blocks', architecture: 'ViT-L-14-336', ...halves },
  { row: 'ViT-H-14, 2 blocks', architecture: 'ViT-H-14', ...halves },
  { row: 'ViT-L-14', architecture: 'ViT-L-14', ...whole },
  { row: 'ViT-L-14-336', architecture: 'ViT-L-14-336', ...whole },
  { row: 'ViT-H-14', architecture: 'ViT-H-14', ...whole },
];

/** As open_clip has it in its `model_configs`, with what a case changes. */
export function architectureOf({ architecture, blocks }: Case): Architecture {
  const found = findArchitecture(architecture);
  const { vision_cfg, text_cfg } = found;
  return {
    ...found,
    vision_cfg: { ...vision_cfg, ...(blocks && { layers: blocks }) },
    text_cfg: { ...text_cfg, ...(blocks && { layers: blocks }), vocab_size: text_cfg.vocab_size ?? clipVocabulary },
  };
}

/** Every case reads texts with CLIP's own tokenizer. */
export const clipVocabulary = 49_408;
