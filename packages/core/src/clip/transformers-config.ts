import * as z from 'zod';
import { type Architecture, defaultHeadWidth, defaultMlpRatio, findArchitecture } from './architecture.ts';
import { type ClipConfig, initialLogitScale } from './clip-config.ts';
import { fromPreprocessor, type preprocessorSchema, toPreprocessor } from './preprocess-config.ts';

const count = z.int().positive();
const activation = z.enum(['gelu', 'quick_gelu']);
/** Wrong by itself, in transformers and here: the towers are built with PyTorch's own. */
const epsilon = z.literal(1e-5);

const textSchema = z.object({
  hidden_size: count.default(512),
  intermediate_size: count.default(2048),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(8),
  max_position_embeddings: count.default(77),
  vocab_size: count.default(49408),
  hidden_act: activation.default('quick_gelu'),
  layer_norm_eps: epsilon.default(1e-5),
  eos_token_id: z.int().default(49407),
});

const visionSchema = z.object({
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  num_channels: z.literal(3).default(3),
  image_size: count.default(224),
  patch_size: count.default(32),
  hidden_act: activation.default('quick_gelu'),
  layer_norm_eps: epsilon.default(1e-5),
});

/**
 * What decides the architecture in transformers' `config.json`, with CLIPConfig's defaults for what is left out. Files of
 * its first years have a `text_config_dict` and a `vision_config_dict`, which hold as a whole in place of `text_config` and
 * `vision_config`. Sizes of the shared space are read from the top alone, as CLIPModel does; `logit_scale_init_value` is
 * what training began with, and the weights have what it came to.
 */
export const transformersSchema = z
  .object({
    model_type: z.literal('clip'),
    projection_dim: count.default(512),
    text_config: textSchema.nullish(),
    text_config_dict: textSchema.nullish(),
    vision_config: visionSchema.nullish(),
    vision_config_dict: visionSchema.nullish(),
  })
  .transform(({ model_type: _, projection_dim, ...towers }) => ({
    projection_dim,
    text: towers.text_config_dict ?? towers.text_config ?? textSchema.parse({}),
    vision: towers.vision_config_dict ?? towers.vision_config ?? visionSchema.parse({}),
  }));

/** @throws RangeError where the two towers use different activations, or pictures are prepared as is not done here. */
export function fromTransformersConfig(
  config: z.infer<typeof transformersSchema>,
  preprocessor: z.infer<typeof preprocessorSchema>,
): ClipConfig {
  const { text, vision } = config;
  return {
    architecture: findArchitecture({
      embed_dim: config.projection_dim,
      ...(sharedActivation(config) === 'quick_gelu' && { quick_gelu: true }),
      ...towersOf(config),
    }),
    vocabSize: text.vocab_size,
    preprocess: fromPreprocessor(preprocessor, vision.image_size),
  };
}

/** @throws RangeError where the two towers use different ones. */
export function sharedActivation<A extends string>({ text, vision }: Record<'text' | 'vision', { hidden_act: A }>): A {
  if (text.hidden_act === vision.hidden_act) return text.hidden_act;
  throw new RangeError(`The towers use ${text.hidden_act} and ${vision.hidden_act}. Expected one for both.`);
}

interface TowerConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
}

/** Both towers by open_clip's names, for every kind of model that transformers describes in these fields. */
export function towersOf({
  text,
  vision,
}: {
  text: TowerConfig & { readonly max_position_embeddings: number; readonly vocab_size: number };
  vision: TowerConfig & { readonly image_size: number; readonly patch_size: number };
}): Pick<Architecture, 'vision_cfg' | 'text_cfg'> {
  return {
    vision_cfg: {
      image_size: vision.image_size,
      layers: vision.num_hidden_layers,
      width: vision.hidden_size,
      head_width: vision.hidden_size / vision.num_attention_heads,
      mlp_ratio: mlpRatio(vision),
      patch_size: vision.patch_size,
    },
    text_cfg: {
      context_length: text.max_position_embeddings,
      vocab_size: text.vocab_size,
      width: text.hidden_size,
      heads: text.num_attention_heads,
      layers: text.num_hidden_layers,
      mlp_ratio: mlpRatio(text),
    },
  };
}

/** Times the width, cut to a whole number, it has to give the hidden size again: 7 · (61/7) is below 61 in doubles. */
function mlpRatio({
  hidden_size: width,
  intermediate_size: hidden,
}: {
  hidden_size: number;
  intermediate_size: number;
}) {
  const ratio = hidden / width;
  return Math.floor(width * ratio) === hidden ? ratio : (hidden + 0.5) / width;
}

/**
 * Why a text would be pooled elsewhere than at this tokenizer's end token, or null where it is there. transformers takes
 * the first token of number `eos_token_id`, and for 2, which older files say whatever their tokens are, the token of the highest number.
 */
export function whyPooledElsewhere(
  { text: { eos_token_id: id } }: z.infer<typeof transformersSchema>,
  { endToken, vocabSize }: { endToken: number; vocabSize: number },
): string | null {
  if (id === endToken && id !== 2) return null;
  if (id !== 2) return `text_config.eos_token_id is ${id}, and the tokenizer ends a text with ${endToken}`;
  if (endToken === vocabSize - 1) return null;
  return `text_config.eos_token_id is 2, which stands for the highest token, and the tokenizer ends a text with ${endToken} of ${vocabSize}`;
}

/** transformers' `config.json` and `preprocessor_config.json`. */
export function toTransformersConfig(
  { architecture, vocabSize, preprocess }: ClipConfig,
  tokens: { startToken?: number; endToken: number },
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
    preprocessor: toPreprocessor(preprocess, size),
  };
}
