import * as z from 'zod';
import {
  type Architecture,
  defaultHeadWidth,
  defaultMlpRatio,
  findArchitecture,
  siglipLogitBias,
} from './architecture.ts';

/** Sizes that timm's names stand for, of the image towers that open_clip's SigLIP models have. */
const towers = {
  base: { width: 768, layers: 12, head_width: 64, mlp_ratio: 4 },
  large: { width: 1024, layers: 24, head_width: 64, mlp_ratio: 4 },
  so400m: { width: 1152, layers: 27, head_width: 72, mlp_ratio: 3.7362 },
} as const;
const towerName = /^vit_(base|large|so400m)_patch(\d+)_siglip_(\d+)$/;
/** timm's names; the last number is the size of the pictures. The first models take exact GELU, the others its tanh approximation. */
const exactTowers = new Set(
  [
    ...[224, 256, 384, 512].map((size) => `base_patch16_siglip_${size}`),
    ...[256, 384].map((size) => `large_patch16_siglip_${size}`),
    ...[224, 378, 384].map((size) => `so400m_patch14_siglip_${size}`),
  ].map((name) => `vit_${name}`),
);
const tanhTowers = new Set(
  [
    'base_patch32_siglip_256',
    'large_patch16_siglip_512',
    ...[256, 384, 512].map((size) => `so400m_patch16_siglip_${size}`),
  ].map((name) => `vit_${name}`),
);

const count = z.int().positive();

/** `model_cfg` of open_clip's SigLIP models: the image tower is a name of timm's. */
export const openClipSiglipSchema = z.object({
  embed_dim: count,
  vision_cfg: z.object({
    image_size: count.default(224),
    timm_model_name: z.string(),
    timm_pool: z.literal('map'),
    timm_proj: z.literal('none'),
  }),
  text_cfg: z.object({
    context_length: z.int().min(3),
    vocab_size: count,
    width: count,
    heads: count,
    layers: count,
    mlp_ratio: z.number().positive().optional(),
    no_causal_mask: z.literal(true),
    proj_bias: z.literal(true),
    pool_type: z.literal('last'),
    norm_kwargs: z.object({ eps: z.literal(1e-6) }),
    act_kwargs: z.object({ approximate: z.enum(['tanh', 'none']) }).optional(),
  }),
});

/** @throws RangeError where timm's name is of no such tower or size, or the two towers use different activations. */
export function fromOpenClipSiglip(config: z.infer<typeof openClipSiglipSchema>): Architecture {
  const { timm_model_name: name, image_size } = config.vision_cfg;
  const exact = exactTowers.has(name);
  if (!exact && !tanhTowers.has(name)) {
    throw new RangeError(`The image tower ${name.slice(0, 64)} is none that Anagram knows of timm's.`);
  }
  const [, size, patch, side] = towerName.exec(name)!;
  if (image_size !== Number(side)) {
    throw new RangeError(`Pictures have ${image_size} pixels, and the image tower ${name} takes ${side}.`);
  }
  const { context_length, vocab_size, width, heads, layers, mlp_ratio, act_kwargs } = config.text_cfg;
  if (exact !== (act_kwargs?.approximate !== 'tanh')) {
    throw new RangeError(
      `The image tower ${name} takes ${exact ? 'exact' : 'tanh'} GELU, and the text tower the other.`,
    );
  }
  return findArchitecture({
    family: 'siglip',
    ...(exact && { exact_gelu: true }),
    embed_dim: config.embed_dim,
    vision_cfg: { image_size, patch_size: Number(patch), ...towers[size as keyof typeof towers] },
    text_cfg: { context_length, vocab_size, width, heads, layers, ...(mlp_ratio && { mlp_ratio }) },
  });
}

/** `model_cfg` by which open_clip builds the same model, or null where timm has no name for its image tower. */
export function toOpenClipSiglip(architecture: Architecture, vocabSize: number): object | null {
  const { embed_dim, exact_gelu, vision_cfg: vision, text_cfg: text } = architecture;
  const size = Object.keys(towers).find((key) => {
    const tower = towers[key as keyof typeof towers];
    const hidden = ({ width, mlp_ratio = defaultMlpRatio }: { width: number; mlp_ratio?: number | undefined }) =>
      Math.floor(width * mlp_ratio);
    return (
      tower.width === vision.width &&
      tower.layers === vision.layers &&
      tower.head_width === (vision.head_width ?? defaultHeadWidth) &&
      hidden(tower) === hidden(vision)
    );
  });
  const name = `vit_${size}_patch${vision.patch_size}_siglip_${vision.image_size}`;
  if (!(exact_gelu ? exactTowers : tanhTowers).has(name)) return null;
  return {
    embed_dim,
    init_logit_bias: siglipLogitBias,
    custom_text: true,
    vision_cfg: {
      image_size: vision.image_size,
      timm_model_name: name,
      timm_model_pretrained: false,
      timm_pool: 'map',
      timm_proj: 'none',
    },
    text_cfg: {
      ...text,
      vocab_size: vocabSize,
      // Any name will do: of a folder open_clip takes the tokenizer that is in it.
      hf_tokenizer_name: '.',
      tokenizer_kwargs: { clean: 'canonicalize' },
      no_causal_mask: true,
      proj_bias: true,
      pool_type: 'last',
      norm_kwargs: { eps: 1e-6 },
      ...(!exact_gelu && { act_kwargs: { approximate: 'tanh' } }),
    },
  };
}
