import {
  type Architecture,
  type ArchitectureName,
  findArchitecture,
  type Layout,
} from '../../packages/core/src/index.ts';

export type Library = 'open_clip' | 'transformers';

/** An architecture whose figures stand in one row of the table for each library. */
export interface Case {
  readonly row: string;
  readonly architecture: ArchitectureName | Architecture;
  /** open_clip's own config of the architecture, where its name is not Anagram's. */
  readonly published?: string;
  /** Transformer blocks of each tower, or bottlenecks of each of a ResNet's stages, in place of the architecture's own. */
  readonly blocks?: number;
  /** Pictures and texts of the one batch. */
  readonly pairs: number;
  /** Each is written by Python and read by `ClipModel.load`; the first is compared. */
  readonly layouts: readonly Layout[];
  readonly libraries: readonly Library[];
  /** `features`: logits and loss too. `gradients`: these besides. `steps`: and weights after ten AdamW steps. */
  readonly upTo: 'features' | 'gradients' | 'steps';
  /**
   * The row ends with its gradients unless every step is asked for (`ANAGRAM_PARITY_FULL`, `ANAGRAM_PARITY_WRITE`): another row takes
   * steps through the same blocks.
   */
  readonly stepsBy?: string;
  /** Who takes the steps; the others end with their gradients. */
  readonly trainedBy?: readonly Library[];
  /** The schedule's highest. Default 5e-4. */
  readonly learningRate?: number;
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

const tinySiglip: Architecture = {
  family: 'siglip',
  embed_dim: 96,
  vision_cfg: { image_size: 40, layers: 3, width: 96, head_width: 24, mlp_ratio: 3.7362, patch_size: 8 },
  text_cfg: { context_length: 24, vocab_size: 400, width: 64, heads: 4, layers: 2 },
};
const siglipAsOpenClip: Architecture = { ...findArchitecture('ViT-B-16-SigLIP'), exact_gelu: true };

const tiny = { pairs: 6, upTo: 'steps', through: 'train' } as const;
const inBoth = { layouts: both, libraries: both } as const;
const inOpenClip = { layouts: ['open_clip'], libraries: ['open_clip'], trainedBy: ['open_clip'] } as const;
const inTransformers = {
  layouts: ['transformers', 'anagram'],
  libraries: ['transformers'],
  trainedBy: ['transformers'],
} as const;
const features = { pairs: 2, layouts: ['open_clip'], libraries: both, upTo: 'features' } as const;
const steps = { pairs: 2, upTo: 'steps' } as const;

/** Rounding noise in their gradients grows from step to step, the less the smaller the steps are. */
const deepResNet = { ...steps, ...inOpenClip, learningRate: 2e-4 } as const;

const rows: readonly Case[] = [
  { row: 'tiny', architecture: tinyGelu, ...tiny, ...inBoth, trainedBy: both },
  { row: 'tiny, QuickGELU', architecture: tinyPlain, ...tiny, ...inBoth, trainedBy: both },
  { row: 'tiny-vit', architecture: 'tiny-vit', ...tiny, ...inOpenClip, layouts: ['anagram'] },
  { row: 'tiny-rn', architecture: 'tiny-rn', ...tiny, ...inOpenClip },
  { row: 'ViT-B-32', architecture: 'ViT-B-32', ...steps, ...inOpenClip, libraries: both },
  { row: 'ViT-B-32-quickgelu', architecture: 'ViT-B-32-quickgelu', ...steps, ...inBoth, trainedBy: ['transformers'] },
  {
    row: 'ViT-B-16',
    architecture: 'ViT-B-16',
    ...steps,
    ...inBoth,
    trainedBy: ['transformers'],
    stepsBy: 'ViT-B-32-quickgelu',
  },
  { row: 'tiny SigLIP', architecture: tinySiglip, ...tiny, ...inTransformers },
  { row: 'ViT-B-16-SigLIP', architecture: 'ViT-B-16-SigLIP', ...steps, ...inTransformers, stepsBy: 'tiny SigLIP' },
  {
    row: 'ViT-B-16-SigLIP, GELU',
    architecture: siglipAsOpenClip,
    published: 'ViT-B-16-SigLIP',
    ...steps,
    ...inBoth,
    trainedBy: ['open_clip'],
  },
  { row: 'ViT-L-14', architecture: 'ViT-L-14', ...features },
  { row: 'ViT-L-14, 2 blocks', architecture: 'ViT-L-14', blocks: 2, ...steps, ...inOpenClip, libraries: both },
  { row: 'ViT-L-14-336', architecture: 'ViT-L-14-336', ...features },
  {
    row: 'ViT-L-14-336, 2 blocks',
    architecture: 'ViT-L-14-336',
    blocks: 2,
    ...steps,
    ...inOpenClip,
    stepsBy: 'ViT-L-14, 2 blocks',
  },
  { row: 'ViT-H-14', architecture: 'ViT-H-14', ...features },
  { row: 'ViT-H-14, 2 blocks', architecture: 'ViT-H-14', blocks: 2, ...steps, ...inOpenClip, libraries: both },
  { row: 'RN50', architecture: 'RN50', ...deepResNet },
  { row: 'RN101', architecture: 'RN101', ...deepResNet, stepsBy: 'RN50x4' },
  { row: 'RN50x4', architecture: 'RN50x4', ...deepResNet },
];

const { ANAGRAM_PARITY_FULL, ANAGRAM_PARITY_WRITE } = process.env;
const everyStep = Boolean(ANAGRAM_PARITY_FULL || ANAGRAM_PARITY_WRITE);

export const cases: readonly Case[] = rows.map((of) => (of.stepsBy && !everyStep ? { ...of, upTo: 'gradients' } : of));

/** As open_clip has a CLIP in its `model_configs`, with what a case changes. */
export function architectureOf({ architecture, blocks }: Case): Architecture {
  const found = findArchitecture(architecture);
  const { vision_cfg, text_cfg } = found;
  const layers = Array.isArray(vision_cfg.layers) ? ([blocks, blocks, blocks, blocks] as never) : blocks;
  return {
    ...found,
    vision_cfg: { ...vision_cfg, ...(blocks && { layers }) },
    text_cfg: { ...text_cfg, ...(blocks && { layers: blocks }), vocab_size: text_cfg.vocab_size ?? clipVocabulary },
  };
}

/** Every CLIP here reads texts with CLIP's own tokenizer. */
const clipVocabulary = 49_408;
