import { expect, test } from 'vitest';
import { architectureNames, findArchitecture } from './architecture.ts';
import { defaultPreprocess, naturalLayout, toNativeConfig, whyNot } from './clip-config.ts';
import { preprocessorSchema } from './preprocess-config.ts';
import { fromTransformersConfig, toTransformersConfig, transformersSchema } from './transformers-config.ts';

const config = (name: (typeof architectureNames)[number], imageSize?: number) => {
  const architecture = findArchitecture(name, imageSize);
  return {
    architecture,
    vocabSize: architecture.text_cfg.vocab_size ?? 1000,
    preprocess: defaultPreprocess('transformers'),
  };
};

test.each(architectureNames)('%s is a valid architecture', (name) => {
  expect(findArchitecture(name).embed_dim).toBeGreaterThan(0);
});

test("heads follow from widths as in open_clip's towers", () => {
  expect(toNativeConfig(config('ViT-B-32')).vision).toMatchObject({ kind: 'transformer', heads: 12, stem: 'patch' });
  expect(toNativeConfig(config('tiny-vit')).vision).toMatchObject({ heads: 4, stem: 'conv', imageSize: 56 });
  expect(toNativeConfig(config('ViT-H-14')).vision).toMatchObject({ heads: 16, layers: 32 });
  expect(toNativeConfig(config('RN50')).vision).toMatchObject({ kind: 'resnet', heads: 32, layers: [3, 4, 6, 3] });
  expect(toNativeConfig(config('RN50x4')).vision).toMatchObject({ heads: 40, imageSize: 288 });
});

test('the picture size can be chosen', () => {
  expect(config('verifier-rn', 64).architecture.vision_cfg.image_size).toBe(64);
});

test.each([
  ['an odd size for a ResNet', () => findArchitecture('tiny-rn', 41), 'even'],
  ['a name that is nearly right', () => findArchitecture('vit-b32' as 'RN50'), 'Did you mean "ViT-B-32"'],
  [
    'a key that nobody knows',
    () => findArchitecture({ ...findArchitecture('RN50'), timm: true } as never),
    'unknown key "timm"',
  ],
])('%s is refused', (_, find, message) => {
  expect(find).toThrow(message);
});

test("a plain vision transformer survives transformers' config", () => {
  for (const name of ['ViT-B-32', 'ViT-B-32-quickgelu', 'ViT-L-14'] as const) {
    const before = config(name);
    const { config: json, preprocessor } = toTransformersConfig(before, { startToken: 998, endToken: 999 });
    const after = fromTransformersConfig(transformersSchema.parse(json), preprocessorSchema.parse(preprocessor));
    expect(toNativeConfig(after)).toEqual(toNativeConfig(before));
  }
});

test('each architecture has a natural layout, and others say why not', () => {
  const [conv, resnet, plain] = (['tiny-vit', 'RN50', 'ViT-B-16'] as const).map((name) => config(name));
  expect([conv, resnet, plain].map((a) => naturalLayout(a!))).toEqual(['anagram', 'open_clip', 'transformers']);
  expect(whyNot('transformers', resnet!)).toMatch('ResNet');
  expect(whyNot('open_clip', conv!)).toMatch('convolutional stem');
  expect(whyNot('open_clip', plain!)).toBeNull();
});
