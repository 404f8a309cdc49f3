import type { NativeClipConfig } from '@anagram/native';
import * as z from 'zod';
import { type Architecture, isResNet } from './architecture.ts';

/** Everything about a model but its weights and its tokenizer. */
export interface ClipConfig {
  readonly architecture: Architecture;
  readonly vocabSize: number;
  /** Of RGB in 0–1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export const openaiMean = [0.48145466, 0.4578275, 0.40821073] as const;
export const openaiStd = [0.26862954, 0.26130258, 0.27577711] as const;
const perChannel = z.number();
const deviation = perChannel.positive();
/** How pictures are normalised, as configs say it. */
export const channelSchemas = {
  mean: z.tuple([perChannel, perChannel, perChannel]).default([...openaiMean]),
  std: z.tuple([deviation, deviation, deviation]).default([...openaiStd]),
};
/** ln(1 / 0.07), CLIP's start. */
export const initialLogitScale = Math.log(1 / 0.07);
/** What open_clip takes where a config says nothing. */
export const defaultHeadWidth = 64;
export const defaultMlpRatio = 4;

export function toNativeConfig({ architecture, vocabSize, mean, std }: ClipConfig): NativeClipConfig {
  const { embed_dim, quick_gelu, vision_cfg: vision, text_cfg: text } = architecture;
  return {
    embedDim: embed_dim,
    quickGelu: quick_gelu ?? false,
    imageMean: [...mean],
    imageStd: [...std],
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

/** Cells along one side of the grid that the image tower has position embeddings for. */
export function gridSide(vision: Architecture['vision_cfg']): number {
  return Math.floor(vision.image_size / (isResNet(vision) ? 32 : vision.patch_size!));
}

/** Which programs can read a model: `transformers` and `open_clip` are theirs, `anagram` is ours. */
export type Layout = 'transformers' | 'open_clip' | 'anagram';

/** The most widely readable layout that can hold the model. */
export function naturalLayout({ vision_cfg: vision }: Architecture): Layout {
  if (vision.stem === 'conv') return 'anagram';
  return isResNet(vision) ? 'open_clip' : 'transformers';
}

/** Why a layout cannot hold the model, or null where it can. */
export function whyNot(layout: Layout, { vision_cfg: vision }: Architecture): string | null {
  if (layout === 'anagram') return null;
  if (vision.stem === 'conv') return 'neither transformers nor open_clip knows a convolutional stem';
  if (layout === 'transformers' && isResNet(vision)) return "transformers' CLIPModel knows no ResNet";
  return null;
}
