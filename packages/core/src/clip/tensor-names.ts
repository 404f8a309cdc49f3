/** How a tensor of another program follows from one of ours, whose names are open_clip's. */
export interface Counterpart {
  readonly name: string;
  readonly transposed?: true;
  /** Sides of length 1 before the others. */
  readonly leading?: number;
  /** Which thirds of the joint query, key and value projection: from, up to. */
  readonly thirds?: readonly [number, number];
}

interface Names {
  readonly [ours: string]: Counterpart;
}

/** transformers' CLIPModel, where names differ as a whole. The misspelt `pre_layrnorm` is transformers' own. */
const clipNames: Names = {
  logit_scale: { name: 'logit_scale' },
  'visual.class_embedding': { name: 'vision_model.embeddings.class_embedding' },
  'visual.conv1.weight': { name: 'vision_model.embeddings.patch_embedding.weight' },
  'visual.positional_embedding': { name: 'vision_model.embeddings.position_embedding.weight' },
  'visual.ln_pre.weight': { name: 'vision_model.pre_layrnorm.weight' },
  'visual.ln_pre.bias': { name: 'vision_model.pre_layrnorm.bias' },
  'visual.ln_post.weight': { name: 'vision_model.post_layernorm.weight' },
  'visual.ln_post.bias': { name: 'vision_model.post_layernorm.bias' },
  'visual.proj': { name: 'visual_projection.weight', transposed: true },
  'token_embedding.weight': { name: 'text_model.embeddings.token_embedding.weight' },
  positional_embedding: { name: 'text_model.embeddings.position_embedding.weight' },
  'ln_final.weight': { name: 'text_model.final_layer_norm.weight' },
  'ln_final.bias': { name: 'text_model.final_layer_norm.bias' },
  text_projection: { name: 'text_projection.weight', transposed: true },
};

/** transformers' SiglipModel, where it differs from CLIPModel. */
const siglipNames: Names = {
  ...clipNames,
  logit_scale: { name: 'logit_scale', leading: 1 },
  logit_bias: { name: 'logit_bias', leading: 1 },
  'visual.conv1.bias': { name: 'vision_model.embeddings.patch_embedding.bias' },
  'visual.attnpool.probe': { name: 'vision_model.head.probe', leading: 2 },
  'visual.attnpool.attn.in_proj_weight': { name: 'vision_model.head.attention.in_proj_weight' },
  'visual.attnpool.attn.in_proj_bias': { name: 'vision_model.head.attention.in_proj_bias' },
  'visual.attnpool.attn.out_proj.weight': { name: 'vision_model.head.attention.out_proj.weight' },
  'visual.attnpool.attn.out_proj.bias': { name: 'vision_model.head.attention.out_proj.bias' },
  'visual.attnpool.ln.weight': { name: 'vision_model.head.layernorm.weight' },
  'visual.attnpool.ln.bias': { name: 'vision_model.head.layernorm.bias' },
  'visual.attnpool.mlp.c_fc.weight': { name: 'vision_model.head.mlp.fc1.weight' },
  'visual.attnpool.mlp.c_fc.bias': { name: 'vision_model.head.mlp.fc1.bias' },
  'visual.attnpool.mlp.c_proj.weight': { name: 'vision_model.head.mlp.fc2.weight' },
  'visual.attnpool.mlp.c_proj.bias': { name: 'vision_model.head.mlp.fc2.bias' },
  'text_projection.weight': { name: 'text_model.head.weight' },
  'text_projection.bias': { name: 'text_model.head.bias' },
};

/** open_clip's SigLIP, whose image tower is timm's and whose text tower has names of ours below `text.`. */
const openClipSiglipNames: Names = {
  logit_scale: { name: 'logit_scale' },
  logit_bias: { name: 'logit_bias' },
  'visual.conv1.weight': { name: 'visual.trunk.patch_embed.proj.weight' },
  'visual.conv1.bias': { name: 'visual.trunk.patch_embed.proj.bias' },
  'visual.positional_embedding': { name: 'visual.trunk.pos_embed', leading: 1 },
  'visual.ln_post.weight': { name: 'visual.trunk.norm.weight' },
  'visual.ln_post.bias': { name: 'visual.trunk.norm.bias' },
  'visual.attnpool.probe': { name: 'visual.trunk.attn_pool.latent', leading: 2 },
};

/** Whose tensors are meant: transformers' CLIPModel, its SiglipModel, or open_clip's SigLIP. */
export type Scheme = 'clip' | 'siglip' | 'open_clip-siglip';

const inBlock: { readonly [ours: string]: string } = {
  ln_1: 'layer_norm1',
  ln_2: 'layer_norm2',
  'attn.out_proj': 'self_attn.out_proj',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
};

const inTimmBlock: { readonly [ours: string]: string } = {
  ln_1: 'norm1',
  ln_2: 'norm2',
  ln: 'norm',
  'attn.in_proj': 'attn.qkv',
  'attn.out_proj': 'attn.proj',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
};

const block = /^(visual\.)?transformer\.resblocks\.(\d+)\.(.+)[._](weight|bias)$/;

const timmPart = /^visual\.(?:transformer\.resblocks\.(\d+)|attnpool)\.(.+)[._](weight|bias)$/;

/** The tensors of another program that hold one of ours, or null where it has no place for it. */
export function counterparts(ours: string, scheme: Scheme): readonly Counterpart[] | null {
  if (scheme === 'open_clip-siglip') return openClipSiglip(ours);
  const names = scheme === 'siglip' ? siglipNames : clipNames;
  if (Object.hasOwn(names, ours)) return [names[ours]!];
  const [, visual, layer, part, kind] = block.exec(ours) ?? [];
  if (part === undefined) return null;
  const prefix = `${visual ? 'vision' : 'text'}_model.encoder.layers.${layer}`;
  if (part === 'attn.in_proj') {
    return (['q', 'k', 'v'] as const).map((letter, third) => ({
      name: `${prefix}.self_attn.${letter}_proj.${kind}`,
      thirds: [third, third + 1],
    }));
  }
  return Object.hasOwn(inBlock, part) ? [{ name: `${prefix}.${inBlock[part]}.${kind}` }] : null;
}

function openClipSiglip(ours: string): readonly Counterpart[] | null {
  if (Object.hasOwn(openClipSiglipNames, ours)) return [openClipSiglipNames[ours]!];
  if (!ours.startsWith('visual.')) return [{ name: `text.${ours}` }];
  const [, layer, part, kind] = timmPart.exec(ours) ?? [];
  if (part === undefined) return null;
  if (layer !== undefined) return [{ name: `visual.trunk.blocks.${layer}.${inTimmBlock[part]}.${kind}` }];
  const pool = 'visual.trunk.attn_pool';
  if (part === 'attn.in_proj') {
    return [
      { name: `${pool}.q.${kind}`, thirds: [0, 1] },
      { name: `${pool}.kv.${kind}`, thirds: [1, 3] },
    ];
  }
  return [{ name: part === 'attn.out_proj' ? `${pool}.proj.${kind}` : `${pool}.${inTimmBlock[part]}.${kind}` }];
}
