import type { NativeClipConfig } from '@anagram/native';
import * as z from 'zod';
import type { ResizeMode } from '../image/preprocess.ts';
import { type Architecture, defaultHeadWidth, defaultMlpRatio, isResNet, isSiglip } from './architecture.ts';
import { toOpenClipSiglip } from './open-clip-siglip.ts';

/** Everything about a model but its weights and its tokenizer. */
export interface ClipConfig {
  readonly architecture: Architecture;
  readonly vocabSize: number;
  /** Of RGB in 0–1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** `squash`: pictures are brought to the square whatever their aspect (SigLIP). Default `shortest`: by the shorter side, then cropped. */
  readonly resizeMode?: ResizeMode;
}

export const openaiMean = [0.48145466, 0.4578275, 0.40821073] as const;
export const openaiStd = [0.26862954, 0.26130258, 0.27577711] as const;
/** SigLIP's, of both mean and deviation. */
export const halves = [0.5, 0.5, 0.5] as const;
const perChannel = z.number();
const deviation = perChannel.positive();
/** How pictures are normalised, as configs say it. */
export const channelSchemas = {
  mean: z.tuple([perChannel, perChannel, perChannel]).default([...openaiMean]),
  std: z.tuple([deviation, deviation, deviation]).default([...openaiStd]),
};
/** ln(1 / 0.07), CLIP's start. */
export const initialLogitScale = Math.log(1 / 0.07);
/** ln 10 and −10, SigLIP's start. */
export const siglipLogitScale = Math.log(10);
export const siglipLogitBias = -10;
export { defaultHeadWidth, defaultMlpRatio };

/** @param padToken Of the tokenizer; SigLIP alone reads past the end of a text. */
export function toNativeConfig({ architecture, vocabSize, mean, std }: ClipConfig, padToken = 0): NativeClipConfig {
  const { embed_dim, quick_gelu, vision_cfg: vision, text_cfg: text } = architecture;
  return {
    embedDim: embed_dim,
    quickGelu: quick_gelu ?? false,
    imageMean: [...mean],
    imageStd: [...std],
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
export function naturalLayout({ vision_cfg: vision }: Architecture): Layout {
  if (vision.stem === 'conv') return 'anagram';
  return isResNet(vision) ? 'open_clip' : 'transformers';
}

/** Why a layout cannot hold the model, or null where it can. */
export function whyNot(layout: Layout, architecture: Architecture): string | null {
  const { vision_cfg: vision } = architecture;
  if (layout === 'anagram') return null;
  if (layout === 'open_clip' && isSiglip(architecture)) {
    return toOpenClipSiglip(architecture, 1)
      ? null
      : "open_clip builds SigLIP's image tower by a name of timm's, and there is none for these sizes";
  }
  if (vision.stem === 'conv') return 'neither transformers nor open_clip knows a convolutional stem';
  if (layout === 'transformers' && isResNet(vision)) return "transformers' CLIPModel knows no ResNet";
  return null;
}
