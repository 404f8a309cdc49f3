import { expect, test } from 'vitest';
import { findArchitecture } from './architecture.ts';
import { siglipPreprocess, whyNot } from './clip-config.ts';
import { fromTheirs, toTheirs } from './layout.ts';
import { fromOpenClipSiglip, openClipSiglipSchema, toOpenClipSiglip } from './open-clip-siglip.ts';

/** open_clip's `ViT-B-16-SigLIP.json`. */
const stored = {
  embed_dim: 768,
  init_logit_bias: -10,
  custom_text: true,
  vision_cfg: {
    image_size: 224,
    timm_model_name: 'vit_base_patch16_siglip_224',
    timm_model_pretrained: false,
    timm_pool: 'map',
    timm_proj: 'none',
  },
  text_cfg: {
    context_length: 64,
    vocab_size: 32000,
    hf_tokenizer_name: 'timm/ViT-B-16-SigLIP',
    tokenizer_kwargs: { clean: 'canonicalize' },
    width: 768,
    heads: 12,
    layers: 12,
    no_causal_mask: true,
    proj_bias: true,
    pool_type: 'last',
    norm_kwargs: { eps: 1e-6 },
  },
};
const read = (config: object) => fromOpenClipSiglip(openClipSiglipSchema.parse(config));
const changed = (vision: object, text: object = {}) => ({
  ...stored,
  vision_cfg: { ...stored.vision_cfg, ...vision },
  text_cfg: { ...stored.text_cfg, ...text },
});

test("open_clip's config is that of ViT-B/16 with exact GELU, and comes back as it was", () => {
  const { vision_cfg, ...rest } = read(stored);
  const named = findArchitecture('ViT-B-16-SigLIP');
  expect(rest).toEqual({ family: 'siglip', exact_gelu: true, embed_dim: 768, text_cfg: named.text_cfg });
  expect(vision_cfg).toMatchObject(named.vision_cfg);
  const written = toOpenClipSiglip(read(stored), 32000);
  expect(written).toEqual(changed({}, { hf_tokenizer_name: '.' }));
  expect(read(written!)).toEqual(read(stored));
});

test.each([
  ['vit_large_patch16_siglip_256', 256, {}],
  ['vit_so400m_patch14_siglip_384', 384, { mlp_ratio: 3.7362 }],
  ['vit_base_patch32_siglip_256', 256, { act_kwargs: { approximate: 'tanh' } }],
])('%s comes back as it was', (timm_model_name, image_size, text) => {
  const widths = { base: 768, large: 1024, so400m: 1152 };
  const embed_dim = widths[timm_model_name.split('_')[1] as keyof typeof widths];
  const config = { ...changed({ timm_model_name, image_size }, { hf_tokenizer_name: '.', ...text }), embed_dim };
  expect(toOpenClipSiglip(read(config), 32000)).toEqual(config);
});

test.each([
  ['another tower', changed({ timm_model_name: 'vit_base_patch16_clip_224' }), 'none that Anagram knows'],
  ['a size that timm does not build', changed({ image_size: 64 }), 'takes 224'],
  ['towers of unlike GELU', changed({}, { act_kwargs: { approximate: 'tanh' } }), 'takes exact GELU'],
  ['a causal text tower', changed({}, { no_causal_mask: false }), 'no_causal_mask'],
])('%s is refused', (_, config, why) => {
  expect(() => read(config)).toThrow(why);
});

test('sizes that timm has no name for, and the tanh GELU of transformers in the first towers, are not written', () => {
  expect(
    whyNot('open_clip', { architecture: findArchitecture('tiny-siglip'), preprocess: siglipPreprocess() }),
  ).toMatch('timm');
  expect(
    whyNot('open_clip', { architecture: findArchitecture('ViT-B-16-SigLIP'), preprocess: siglipPreprocess() }),
  ).toMatch('timm');
  expect(whyNot('open_clip', { architecture: read(stored), preprocess: siglipPreprocess() })).toBeNull();
});

test("tensors survive the way to open_clip's names and back", async () => {
  const shapes: [string, number[]][] = [
    ['logit_bias', []],
    ['visual.conv1.bias', [4]],
    ['visual.positional_embedding', [9, 4]],
    ['visual.transformer.resblocks.3.attn.in_proj_weight', [12, 4]],
    ['visual.transformer.resblocks.3.mlp.c_proj.bias', [4]],
    ['visual.ln_post.weight', [4]],
    ['visual.attnpool.probe', [4]],
    ['visual.attnpool.attn.in_proj_weight', [12, 4]],
    ['visual.attnpool.attn.in_proj_bias', [12]],
    ['visual.attnpool.attn.out_proj.bias', [4]],
    ['visual.attnpool.ln.weight', [4]],
    ['visual.attnpool.mlp.c_fc.weight', [8, 4]],
    ['transformer.resblocks.0.attn.in_proj_bias', [18]],
    ['text_projection.weight', [4, 6]],
  ];
  const tensors = shapes.map(([name, shape]) => ({ name, shape, trainable: true }));
  const values = (name: string) => {
    const length = tensors.find((tensor) => tensor.name === name)!.shape.reduce((a, b) => a * b, 1);
    return Float32Array.from({ length }, (_, i) => name.length * 1000 + i);
  };
  const there = new Map(
    toTheirs(tensors, async (name) => values(name), 'open_clip-siglip').map((tensor) => [tensor.name, tensor]),
  );
  expect(Object.fromEntries([...there].map(([name, { shape }]) => [name, shape]))).toEqual({
    logit_bias: [],
    'visual.trunk.patch_embed.proj.bias': [4],
    'visual.trunk.pos_embed': [1, 9, 4],
    'visual.trunk.blocks.3.attn.qkv.weight': [12, 4],
    'visual.trunk.blocks.3.mlp.fc2.bias': [4],
    'visual.trunk.norm.weight': [4],
    'visual.trunk.attn_pool.latent': [1, 1, 4],
    'visual.trunk.attn_pool.q.weight': [4, 4],
    'visual.trunk.attn_pool.kv.weight': [8, 4],
    'visual.trunk.attn_pool.q.bias': [4],
    'visual.trunk.attn_pool.kv.bias': [8],
    'visual.trunk.attn_pool.proj.bias': [4],
    'visual.trunk.attn_pool.norm.weight': [4],
    'visual.trunk.attn_pool.mlp.fc1.weight': [8, 4],
    'text.transformer.resblocks.0.attn.in_proj_bias': [18],
    'text.text_projection.weight': [4, 6],
  });
  const back = fromTheirs(tensors, (name) => there.get(name)!.read(), 'open_clip-siglip');
  for (const { name, shape } of back.needed) expect(there.get(name)!.shape).toEqual(shape);
  for (const { name } of tensors) expect(await back.read(name)).toEqual(values(name));
});
