import { expect, test } from 'vitest';
import { image, plainModel, texts } from './fixtures/plain-model.ts';
import golden from './fixtures/transformers-golden.json' with { type: 'json' };

test('tokens are those of transformers, up to the cut at the context', async () => {
  await using model = await plainModel();
  const ids = texts.map((text) => model.tokenizer.encode(text, model.contextLength));
  expect(ids.map((text) => Array.from(text.ids.subarray(0, text.length)))).toEqual(golden.ids);
});

test('embeddings are those of transformers, which has read the model from our files', async () => {
  await using model = await plainModel();
  const width = model.embedDim;
  const rows = await model.embedTexts(texts);
  golden.texts.flat().forEach((value, i) => {
    expect(rows[i]).toBeCloseTo(value, 5);
  });
  const row = await model.embedImages([image]);
  expect(row).toHaveLength(width);
  golden.image.forEach((value, i) => {
    expect(row[i]).toBeCloseTo(value, 5);
  });
});
