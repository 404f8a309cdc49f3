import type { NativeClipConfig } from '@anagram/native';
import { clipFit, type Preprocess } from '../image/preprocess.ts';
import {
  type Architecture,
  defaultHeadWidth,
  defaultMlpRatio,
  isResNet,
  isSiglip,
  siglipLogitBias,
} from './architecture.ts';
import { toOpenClipSiglip } from './open-clip-siglip.ts';

/** Everything about a model but its weights and its tokenizer. */
export interface ClipConfig {
  readonly architecture: Architecture;
  readonly vocabSize: number;
  readonly preprocess: Preprocess;
}

const openaiMean = [0.48145466, 0.4578275, 0.40821073] as const;
const openaiStd = [0.26862954, 0.26130258, 0.27577711] as const;
/** SigLIP's, of both mean and deviation. */
export const halves = [0.5, 0.5, 0.5] as const;
/** ln(1 / 0.07), CLIP's start. */
export const initialLogitScale = Math.log(1 / 0.07);
/** ln 10, SigLIP's start. */
const siglipLogitScale = Math.log(10);

/** @param padToken Of the tokenizer; SigLIP alone reads past the end of a text. */
export function toNativeConfig({ architecture, vocabSize, preprocess }: ClipConfig, padToken = 0): NativeClipConfig {
  const {
    embed_dim,
    quick_gelu,
    vision_cfg: vision,
    text_cfg: text,
    knowledge_cfg: knowledge,
    regions_cfg: regions,
  } = architecture;
  return {
    embedDim: embed_dim,
    quickGelu: quick_gelu ?? false,
    imageMean: [...preprocess.mean],
    imageStd: [...preprocess.std],
    logitScaleInit: isSiglip(architecture) ? siglipLogitScale : initialLogitScale,
    vision: toNativeVision(vision),
    text: {
      contextLength: text.context_length,
      vocabSize,
      width: text.width,
      heads: text.heads,
      layers: text.layers,
      mlpRatio: text.mlp_ratio ?? defaultMlpRatio,
    },
    ...(isSiglip(architecture) && {
      siglip: { padToken, tanhGelu: architecture.exact_gelu !== true, logitBiasInit: siglipLogitBias },
    }),
    ...(knowledge && { knowledge }),
    ...(regions && { regions }),
  };
}

function toNativeVision(vision: Architecture['vision_cfg']): NativeClipConfig['vision'] {
  const { image_size: imageSize, layers, width, head_width: headWidth = defaultHeadWidth } = vision;
  if (Array.isArray(layers)) {
    return { kind: 'resnet', imageSize, width, layers, heads: Math.floor((width * 32) / headWidth) };
  }
  return {
    kind: 'transformer',
    imageSize,
    patchSize: vision.patch_size!,
    width,
    layers,
    heads: width / headWidth,
    mlpRatio: vision.mlp_ratio ?? defaultMlpRatio,
    stem: vision.stem ?? 'patch',
  };
}

/** Cells along one side of the grid that the image tower has position embeddings for. */
export function gridSide(vision: Architecture['vision_cfg']): number {
  return Math.floor(vision.image_size / (isResNet(vision) ? 32 : vision.patch_size!));
}

/** Which programs can read a model: `transformers` and `open_clip` are theirs, `anagram` is ours. */
export type Layout = 'transformers' | 'open_clip' | 'anagram';

/** The most widely readable layout that can hold the model. */
export function naturalLayout(config: Pick<ClipConfig, 'architecture' | 'preprocess'>): Layout {
  return (['transformers', 'open_clip'] as const).find((layout) => whyNot(layout, config) === null) ?? 'anagram';
}

/** CLIP's preprocessing, with the rounding of the library that reads the layout. */
export function defaultPreprocess(layout: Layout): Preprocess {
  const cropRounding = layout === 'transformers' ? 'down' : 'even';
  return { ...clipFit, cropRounding, mean: openaiMean, std: openaiStd };
}

/** SigLIP's preprocessing: pictures are brought to the square whatever their aspect. */
export function siglipPreprocess(): Preprocess {
  return { ...defaultPreprocess('transformers'), resizeMode: 'squash', mean: halves, std: halves };
}

/** Why a layout cannot hold the model, or null where it can. */
export function whyNot(
  layout: Layout,
  { architecture, preprocess }: Pick<ClipConfig, 'architecture' | 'preprocess'>,
): string | null {
  const { vision_cfg: vision } = architecture;
  if (layout === 'anagram') return null;
  if (architecture.knowledge_cfg)
    return 'neither transformers nor open_clip knows a text encoder that is fed by triples';
  if (layout === 'open_clip' && isSiglip(architecture)) {
    if (!toOpenClipSiglip(architecture, 1)) {
      return "open_clip builds SigLIP's image tower by a name of timm's, and there is none for these sizes";
    }
  }
  if (vision.stem === 'conv') return 'neither transformers nor open_clip knows a convolutional stem';
  if (architecture.regions_cfg)
    return 'neither transformers nor open_clip knows a reader of regions; `ClipModel.load(DIR, { regions: false })` leaves it out, as pictures are embedded without it';
  if (layout === 'transformers') {
    if (isResNet(vision)) return "transformers' CLIPModel knows no ResNet";
    return preprocess.resizeMode === 'longest' ? "transformers' CLIP knows no resizing by the longer side" : null;
  }
  if (preprocess.edge !== null)
    return `open_clip resizes to the size of the crop, and this model to ${preprocess.edge}`;
  return preprocess.interpolation === 'nearest' ? 'open_clip knows no resizing by the nearest pixel' : null;
}
