import { expect, test } from 'vitest';
import { findArchitecture } from './architecture.ts';
import { naturalLayout, siglipPreprocess, toNativeConfig, whyNot } from './clip-config.ts';
import { fromTheirs, toTheirs } from './layout.ts';
import { preprocessorSchema } from './preprocess-config.ts';
import { fromSiglipConfig, siglipSchema, toSiglipConfig } from './siglip-config.ts';

const read = (config: object, preprocessor: object = {}) =>
  fromSiglipConfig(
    siglipSchema.parse({ model_type: 'siglip', ...config }),
    preprocessorSchema.parse({ image_processor_type: 'SiglipImageProcessor', ...preprocessor }),
  );
const named = (name: 'ViT-B-16-SigLIP' | 'tiny-siglip') => {
  const architecture = findArchitecture(name);
  const vocabSize = architecture.text_cfg.vocab_size ?? 1000;
  return { architecture, vocabSize, preprocess: siglipPreprocess() };
};

test.each([{}, { text_config: null, vision_config: null }, { text_config: {}, vision_config: { patch_size: 16 } }])(
  "what is left out is ViT-B/16, as in transformers' SiglipConfig: %j",
  (config) => {
    expect(toNativeConfig(read(config), 1)).toEqual(toNativeConfig(named('ViT-B-16-SigLIP'), 1));
  },
);

test('the towers, their widths of hidden channels and their pictures come back as they were', () => {
  for (const name of ['ViT-B-16-SigLIP', 'tiny-siglip'] as const) {
    const { config, preprocessor } = toSiglipConfig(named(name), { endToken: 1, padToken: 1 });
    expect(toNativeConfig(read(config, preprocessor), 1)).toEqual(toNativeConfig(named(name), 1));
    expect(read(config, preprocessor).preprocess).toEqual(siglipPreprocess());
  }
  const so400m = { hidden_size: 1152, intermediate_size: 4304, num_hidden_layers: 27, num_attention_heads: 16 };
  const before = { text_config: so400m, vision_config: { ...so400m, patch_size: 14, image_size: 384 } };
  expect(toSiglipConfig(read(before), { endToken: 1, padToken: 1 }).config).toMatchObject(before);
});

test('exact GELU is kept, and what Anagram does not build is refused', () => {
  const gelu = { hidden_act: 'gelu' };
  const exact = read({ text_config: gelu, vision_config: gelu });
  expect(toNativeConfig(exact, 1).siglip).toMatchObject({ tanhGelu: false });
  expect(toSiglipConfig(exact, { endToken: 1, padToken: 1 }).config).toMatchObject({ text_config: gelu });
  expect(() => read({ text_config: gelu })).toThrow('The towers use gelu and gelu_pytorch_tanh');
  expect(() => read({ text_config: { projection_size: 512 } })).toThrow('in 512 numbers and pictures in 768');
  expect(() => read({ vision_config: { vision_use_head: false } })).toThrow('vision_use_head');
  expect(() => read({ text_config: { layer_norm_eps: 1e-5 } })).toThrow('layer_norm_eps');
});

test.each([
  ['a ResNet', { vision_cfg: { image_size: 64, layers: [1, 1, 1, 1], width: 2 } }, 'patch stem'],
  [
    'a convolutional stem',
    { vision_cfg: { ...findArchitecture('tiny-siglip').vision_cfg, stem: 'conv' } },
    'patch stem',
  ],
  ['QuickGELU', { quick_gelu: true }, 'QuickGELU'],
  ['a projection of pictures', { embed_dim: 64 }, 'embed_dim has to be vision_cfg.width'],
])('SigLIP with %s is refused', (_, changes, why) => {
  const architecture = { ...findArchitecture('tiny-siglip'), ...changes };
  expect(() => findArchitecture(architecture as never)).toThrow(why);
});

test("it lies in transformers' layout, and not in open_clip's", () => {
  expect(naturalLayout(named('tiny-siglip'))).toBe('transformers');
  expect(whyNot('open_clip', named('tiny-siglip'))).toMatch('timm');
});

test('scalars and the pooling query have the sides of SiglipModel, and are read from either', () => {
  const tensors = [
    { name: 'logit_scale', shape: [] },
    { name: 'logit_bias', shape: [] },
    { name: 'visual.attnpool.probe', shape: [6] },
    { name: 'text_projection.weight', shape: [6, 4] },
  ].map((tensor) => ({ ...tensor, trainable: true }));
  const written = toTheirs(tensors, async () => new Float32Array(), 'siglip');
  expect(Object.fromEntries(written.map(({ name, shape }) => [name, shape]))).toEqual({
    logit_scale: [1],
    logit_bias: [1],
    'vision_model.head.probe': [1, 1, 6],
    'text_model.head.weight': [6, 4],
  });
  const { needed } = fromTheirs(tensors, async () => new Float32Array(), 'siglip');
  expect(needed).toEqual(written.map(({ name, shape }) => ({ name, shape })));
});
