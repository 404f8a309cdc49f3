import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import { images, plainSiglip, texts } from './fixtures/plain-siglip.ts';
import golden from './fixtures/siglip-golden.json' with { type: 'json' };

const largestDifference = (received: Float32Array, expected: number[]) => {
  expect(received).toHaveLength(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - received[i]!)));
};

test('transformers reads our files as SigLIP, and tokens are its tokens', async () => {
  expect([golden.tokenizer, golden.processor]).toEqual(['SiglipTokenizer', 'SiglipImageProcessor']);
  await using model = await plainSiglip();
  const ids = texts.map((text) => Array.from(model.tokenizer.encode(text, model.contextLength).ids));
  expect(ids).toEqual(golden.ids);
});

test('features and logits are those of transformers, which has read the model from our files', async () => {
  await using model = await plainSiglip();
  const [ofTexts, ofImages] = [await model.embedTexts(texts), await model.embedImages(images)];
  expect(largestDifference(ofTexts, golden.texts.flat())).toBeLessThan(1e-5);
  expect(largestDifference(ofImages, golden.images.flat())).toBeLessThan(1e-5);
  const [scale, [bias]] = [await model.native.logitScale(), await model.native.readTensor('logit_bias')];
  const row = (rows: Float32Array, at: number) => rows.subarray(at * model.embedDim, (at + 1) * model.embedDim);
  const logits = images.flatMap((_, i) =>
    texts.map((_, t) => scale * row(ofImages, i).reduce((sum, x, k) => sum + x * row(ofTexts, t)[k]!, 0) + bias!),
  );
  expect(largestDifference(Float32Array.from(logits), golden.logits.flat())).toBeLessThan(1e-5);
});

test('saved in the layout of transformers or our own and loaded, it is the same model', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anagram-siglip-'));
  await using model = await plainSiglip();
  for (const layout of ['transformers', 'anagram'] as const) {
    const path = join(dir, layout);
    await model.save(path, { layout });
    await using loaded = await ClipModel.load(path);
    // Our own layout rounds crops as open_clip does, which stands in the hash and has no part in a squashed picture.
    if (layout === 'transformers') expect(await loaded.hash()).toBe(await model.hash());
    expect(await loaded.embedImages(images)).toEqual(await model.embedImages(images));
    expect(loaded.config.preprocess.resizeMode).toBe('squash');
    expect(await loaded.embedTexts(texts)).toEqual(await model.embedTexts(texts));
  }
  await expect(model.save(join(dir, 'x'), { layout: 'open_clip' })).rejects.toMatchObject({
    code: 'model-mismatch',
    message: expect.stringContaining("timm's"),
  });
  await rm(dir, { recursive: true });
});

test('a picture of another shape is brought to the square whole', async () => {
  await using model = await plainSiglip();
  const stripes = { width: 64, height: 32, data: new Uint8Array(64 * 32 * 3) };
  // Nothing but the margins differs, which a crop would leave out.
  const margins = { ...stripes, data: stripes.data.map((_, i) => (Math.floor(i / 3) % 64 < 8 ? 255 : 0)) };
  const [one, other] = [await model.embedImages([stripes]), await model.embedImages([margins])];
  expect(largestDifference(one, Array.from(other))).toBeGreaterThan(1e-3);
});
