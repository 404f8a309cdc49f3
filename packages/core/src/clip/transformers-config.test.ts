import { expect, test } from 'vitest';
import { preprocessorSchema } from './preprocess-config.ts';
import {
  fromTransformersConfig,
  toTransformersConfig,
  transformersSchema,
  whyPooledElsewhere,
} from './transformers-config.ts';

const read = (config: object) =>
  fromTransformersConfig(transformersSchema.parse({ model_type: 'clip', ...config }), preprocessorSchema.parse({}));
const vitB32 = {
  embed_dim: 512,
  quick_gelu: true,
  vision_cfg: { image_size: 224, layers: 12, width: 768, head_width: 64, mlp_ratio: 4, patch_size: 32 },
  text_cfg: { context_length: 77, vocab_size: 49408, width: 512, heads: 8, layers: 12, mlp_ratio: 4 },
};

test.each([{}, { text_config: null, vision_config: null }, { text_config: {}, vision_config: {} }])(
  "what is left out is ViT-B/32, as in transformers' CLIPConfig: %j",
  (config) => {
    expect(read(config)).toMatchObject({ architecture: vitB32, vocabSize: 49408 });
  },
);

test('text_config_dict and vision_config_dict hold in place of the others, with defaults for what they leave out', () => {
  const { architecture } = read({
    text_config: { hidden_size: 64, intermediate_size: 128 },
    text_config_dict: { hidden_size: 256, projection_dim: 7 },
    vision_config: { patch_size: 14 },
    vision_config_dict: { patch_size: 16 },
  });
  expect(architecture.text_cfg).toMatchObject({ width: 256, mlp_ratio: 8 });
  expect(architecture.vision_cfg.patch_size).toBe(16);
  expect(architecture.embed_dim).toBe(512);
});

test('the shared space has the size that the top of the file says, and the start of the logit scale does not matter', () => {
  const towers = { text_config: { projection_dim: 1 }, vision_config: { projection_dim: 2 } };
  expect(read({ ...towers, projection_dim: 768, logit_scale_init_value: 1 }).architecture.embed_dim).toBe(768);
});

test('towers of gelu alike are read, towers that differ are refused', () => {
  const gelu = { hidden_act: 'gelu' };
  expect(read({ text_config: gelu, vision_config: gelu }).architecture.quick_gelu).toBeUndefined();
  expect(() => read({ text_config: gelu })).toThrow('The towers use gelu and quick_gelu. Expected one for both.');
  expect(() => read({ text_config: { hidden_act: 'relu' } })).toThrow();
});

test('a picture of other than three channels is refused', () => {
  expect(() => read({ vision_config: { num_channels: 1 } })).toThrow('num_channels');
});

test.each([
  [7, 61],
  [768, 3072],
  [1280, 5120],
  [1152, 4304],
])('a tower %i wide with %i hidden channels comes back as it was', (hidden_size, intermediate_size) => {
  const tower = { hidden_size, intermediate_size, num_attention_heads: 1 };
  const config = read({ text_config: tower, vision_config: tower });
  const back = toTransformersConfig(config, { startToken: 0, endToken: 1 }).config;
  expect(back).toMatchObject({ text_config: tower, vision_config: tower });
});

test.each([
  [{ eos_token_id: 513 }, { endToken: 513, vocabSize: 514 }, null],
  [{ eos_token_id: 513 }, { endToken: 513, vocabSize: 600 }, null],
  [{ eos_token_id: 2 }, { endToken: 513, vocabSize: 514 }, null],
  [{}, { endToken: 49407, vocabSize: 49408 }, null],
  [{ eos_token_id: 2 }, { endToken: 513, vocabSize: 600 }, 'stands for the highest token'],
  [{ eos_token_id: 2 }, { endToken: 2, vocabSize: 600 }, 'stands for the highest token'],
  [{ eos_token_id: 512 }, { endToken: 513, vocabSize: 514 }, 'is 512'],
  [{}, { endToken: 513, vocabSize: 514 }, 'is 49407'],
])('whether a text is pooled at its end: %j with %j', (text_config, tokenizer, why) => {
  const found = whyPooledElsewhere(transformersSchema.parse({ model_type: 'clip', text_config }), tokenizer);
  if (why === null) expect(found).toBeNull();
  else expect(found).toContain(why);
});
