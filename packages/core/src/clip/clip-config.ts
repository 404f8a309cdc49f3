import type { NativeClipConfig } from '@anagram/native';
import { clipFit, type Preprocess } from '../image/preprocess.ts';
import { type Architecture, isResNet } from './architecture.ts';

/** Everything about a model but its weights and its tokenizer. */
export interface ClipConfig {
  readonly architecture: Architecture;
  readonly vocabSize: number;
  readonly preprocess: Preprocess;
}

export const openaiMean = [0.48145466, 0.4578275, 0.40821073] as const;
export const openaiStd = [0.26862954, 0.26130258, 0.27577711] as const;
/** ln(1 / 0.07), CLIP's start. */
export const initialLogitScale = Math.log(1 / 0.07);
/** What open_clip takes where a config says nothing. */
export const defaultHeadWidth = 64;
export const defaultMlpRatio = 4;

export function toNativeConfig({ architecture, vocabSize, preprocess }: ClipConfig): NativeClipConfig {
  const { embed_dim, quick_gelu, vision_cfg: vision, text_cfg: text } = architecture;
  return {
    embedDim: embed_dim,
    quickGelu: quick_gelu ?? false,
    imageMean: [...preprocess.mean],
    imageStd: [...preprocess.std],
    logitScaleInit: initialLogitScale,
    vision: toNativeVision(vision),
    text: {
      contextLength: text.context_length,
      vocabSize,
      width: text.width,
      heads: text.heads,
      layers: text.layers,
      mlpRatio: text.mlp_ratio ?? defaultMlpRatio,
    },
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

/** Why a layout cannot hold the model, or null where it can. */
export function whyNot(
  layout: Layout,
  { architecture: { vision_cfg: vision }, preprocess }: Pick<ClipConfig, 'architecture' | 'preprocess'>,
): string | null {
  if (layout === 'anagram') return null;
  if (vision.stem === 'conv') return 'neither transformers nor open_clip knows a convolutional stem';
  if (layout === 'transformers') {
    if (isResNet(vision)) return "transformers' CLIPModel knows no ResNet";
    return preprocess.resizeMode === 'longest' ? "transformers' CLIP knows no resizing by the longer side" : null;
  }
  if (preprocess.edge !== null)
    return `open_clip resizes to the size of the crop, and this model to ${preprocess.edge}`;
  return preprocess.interpolation === 'nearest' ? 'open_clip knows no resizing by the nearest pixel' : null;
}
