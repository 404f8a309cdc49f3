import * as z from 'zod';
import { type Architecture, findArchitecture } from './architecture.ts';
import {
  type ClipConfig,
  channelSchemas,
  defaultHeadWidth,
  defaultMlpRatio,
  initialLogitScale,
} from './clip-config.ts';

const count = z.int().positive();
const activation = z.enum(['gelu', 'quick_gelu']);
/** Wrong by itself, in transformers and here: the towers are built with PyTorch's own. */
const epsilon = z.literal(1e-5);

/** What decides the architecture in transformers' `config.json`, with CLIPConfig's defaults. */
export const transformersSchema = z.object({
  model_type: z.literal('clip'),
  projection_dim: count.default(512),
  text_config: z
    .object({
      hidden_size: count.default(512),
      intermediate_size: count.default(2048),
      num_hidden_layers: count.default(12),
      num_attention_heads: count.default(8),
      max_position_embeddings: count.default(77),
      vocab_size: count.default(49408),
      hidden_act: activation.default('quick_gelu'),
      layer_norm_eps: epsilon.default(1e-5),
    })
    .prefault({}),
  vision_config: z
    .object({
      hidden_size: count.default(768),
      intermediate_size: count.default(3072),
      num_hidden_layers: count.default(12),
      num_attention_heads: count.default(12),
      image_size: count.default(224),
      patch_size: count.default(32),
      hidden_act: activation.default('quick_gelu'),
      layer_norm_eps: epsilon.default(1e-5),
    })
    .prefault({}),
});

export const preprocessorSchema = z.object({ image_mean: channelSchemas.mean, image_std: channelSchemas.std });

/** @throws RangeError where the two towers use different activations. */
export function fromTransformersConfig(
  config: z.infer<typeof transformersSchema>,
  preprocessor: z.infer<typeof preprocessorSchema>,
): ClipConfig {
  const { text_config: text, vision_config: vision } = config;
  if (text.hidden_act !== vision.hidden_act) {
    throw new RangeError(`The towers use ${text.hidden_act} and ${vision.hidden_act}. Expected one for both.`);
  }
  const architecture: Architecture = {
    embed_dim: config.projection_dim,
    ...(text.hidden_act === 'quick_gelu' && { quick_gelu: true }),
    vision_cfg: {
      image_size: vision.image_size,
      layers: vision.num_hidden_layers,
      width: vision.hidden_size,
      head_width: vision.hidden_size / vision.num_attention_heads,
      mlp_ratio: vision.intermediate_size / vision.hidden_size,
      patch_size: vision.patch_size,
    },
    text_cfg: {
      context_length: text.max_position_embeddings,
      vocab_size: text.vocab_size,
      width: text.hidden_size,
      heads: text.num_attention_heads,
      layers: text.num_hidden_layers,
      mlp_ratio: text.intermediate_size / text.hidden_size,
    },
  };
  return {
    architecture: findArchitecture(architecture),
    vocabSize: text.vocab_size,
    mean: preprocessor.image_mean,
    std: preprocessor.image_std,
  };
}

/** transformers' `config.json` and `preprocessor_config.json`. */
export function toTransformersConfig(
  { architecture, vocabSize, mean, std }: ClipConfig,
  tokens: { startToken: number; endToken: number },
): { config: object; preprocessor: object } {
  const { embed_dim, quick_gelu, vision_cfg: vision, text_cfg: text } = architecture;
  const shared = { projection_dim: embed_dim, hidden_act: quick_gelu ? 'quick_gelu' : 'gelu', layer_norm_eps: 1e-5 };
  const size = vision.image_size;
  return {
    config: {
      architectures: ['CLIPModel'],
      model_type: 'clip',
      projection_dim: embed_dim,
      logit_scale_init_value: initialLogitScale,
      text_config: {
        model_type: 'clip_text_model',
        hidden_size: text.width,
        intermediate_size: Math.floor(text.width * (text.mlp_ratio ?? defaultMlpRatio)),
        num_hidden_layers: text.layers,
        num_attention_heads: text.heads,
        max_position_embeddings: text.context_length,
        vocab_size: vocabSize,
        bos_token_id: tokens.startToken,
        eos_token_id: tokens.endToken,
        pad_token_id: tokens.endToken,
        ...shared,
      },
      vision_config: {
        model_type: 'clip_vision_model',
        hidden_size: vision.width,
        intermediate_size: Math.floor(vision.width * (vision.mlp_ratio ?? defaultMlpRatio)),
        num_hidden_layers: vision.layers,
        num_attention_heads: vision.width / (vision.head_width ?? defaultHeadWidth),
        image_size: size,
        patch_size: vision.patch_size,
        num_channels: 3,
        ...shared,
      },
    },
    preprocessor: {
      image_processor_type: 'CLIPImageProcessor',
      do_convert_rgb: true,
      do_resize: true,
      size: { shortest_edge: size },
      resample: 3,
      do_center_crop: true,
      crop_size: { height: size, width: size },
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: mean,
      image_std: std,
    },
  };
}
