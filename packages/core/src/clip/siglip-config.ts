import * as z from 'zod';
import { defaultHeadWidth, defaultMlpRatio, findArchitecture } from './architecture.ts';
import type { ClipConfig } from './clip-config.ts';
import { fromPreprocessor, type preprocessorSchema, toPreprocessor } from './preprocess-config.ts';
import { sharedActivation, towersOf } from './transformers-config.ts';

const count = z.int().positive();
const activations = z.enum(['gelu_pytorch_tanh', 'gelu']);
/** Wrong by itself: the towers are built with SigLIP's own. */
const epsilon = z.literal(1e-6);
const tower = {
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  hidden_act: activations.default('gelu_pytorch_tanh'),
  layer_norm_eps: epsilon.default(1e-6),
};

const textSchema = z.object({
  ...tower,
  max_position_embeddings: count.default(64),
  vocab_size: count.default(32000),
  projection_size: count.nullish(),
});

const visionSchema = z.object({
  ...tower,
  num_channels: z.literal(3).default(3),
  image_size: count.default(224),
  patch_size: count.default(16),
  vision_use_head: z.literal(true).default(true),
});

/** What decides the architecture in transformers' `config.json` of a SiglipModel, with SiglipConfig's defaults for what is left out. */
export const siglipSchema = z
  .object({ model_type: z.literal('siglip'), text_config: textSchema.nullish(), vision_config: visionSchema.nullish() })
  .transform(({ text_config, vision_config }) => ({
    family: 'siglip' as const,
    text: text_config ?? textSchema.parse({}),
    vision: vision_config ?? visionSchema.parse({}),
  }));

/** @throws RangeError where the towers use different activations, embed in spaces of different sizes, or pictures are prepared as is not done here. */
export function fromSiglipConfig(
  config: Pick<z.infer<typeof siglipSchema>, 'text' | 'vision'>,
  preprocessor: z.infer<typeof preprocessorSchema>,
): ClipConfig {
  const { text, vision } = config;
  const activation = sharedActivation(config);
  const projection = text.projection_size ?? text.hidden_size;
  if (projection !== vision.hidden_size) {
    throw new RangeError(
      `Texts are embedded in ${projection} numbers and pictures in ${vision.hidden_size}. Expected as many.`,
    );
  }
  return {
    architecture: findArchitecture({
      family: 'siglip',
      ...(activation === 'gelu' && { exact_gelu: true }),
      embed_dim: vision.hidden_size,
      ...towersOf(config),
    }),
    vocabSize: text.vocab_size,
    preprocess: fromPreprocessor(preprocessor, vision.image_size),
  };
}

/** transformers' `config.json` and `preprocessor_config.json` of a SiglipModel. */
export function toSiglipConfig(
  { architecture, vocabSize, preprocess }: ClipConfig,
  { endToken, padToken }: { endToken: number; padToken: number },
): { config: object; preprocessor: object } {
  const { embed_dim, exact_gelu, vision_cfg: vision, text_cfg: text } = architecture;
  const shared = { hidden_act: exact_gelu ? 'gelu' : 'gelu_pytorch_tanh', layer_norm_eps: 1e-6 };
  const size = vision.image_size;
  return {
    config: {
      architectures: ['SiglipModel'],
      model_type: 'siglip',
      text_config: {
        model_type: 'siglip_text_model',
        hidden_size: text.width,
        intermediate_size: Math.floor(text.width * (text.mlp_ratio ?? defaultMlpRatio)),
        num_hidden_layers: text.layers,
        num_attention_heads: text.heads,
        max_position_embeddings: text.context_length,
        vocab_size: vocabSize,
        projection_size: embed_dim,
        eos_token_id: endToken,
        pad_token_id: padToken,
        ...shared,
      },
      vision_config: {
        model_type: 'siglip_vision_model',
        hidden_size: vision.width,
        intermediate_size: Math.floor(vision.width * (vision.mlp_ratio ?? defaultMlpRatio)),
        num_hidden_layers: vision.layers as number,
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
