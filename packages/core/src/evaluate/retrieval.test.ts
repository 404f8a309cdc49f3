import { describe, expect, it } from 'vitest';
import { retrieval } from './retrieval.ts';
import type { Embedder } from './task.ts';

const pixel = (value: number) => ({ width: 1, height: 1, data: Uint8Array.of(value, value, value) });

/** Embeds text `t<k>` and the grey picture k as the k-th unit vector, unless `collapse`. */
function oneHot(width: number, collapse = false): Embedder {
  const rows = (numbers: readonly number[]) => {
    const out = new Float32Array(numbers.length * width);
    numbers.forEach((k, i) => {
      out[i * width + (collapse ? 0 : k)] = 1;
    });
    return Promise.resolve(out);
  };
  return {
    embedDim: width,
    embedImages: (images) => rows(images.map((image) => ('data' in image ? image.data[0]! : 0))),
    embedTexts: (texts) => rows(texts.map((text) => Number(text.slice(1)))),
  };
}

describe('retrieval', () => {
  const gallery = Array.from({ length: 8 }, (_, k) => ({ id: `${k}`, image: pixel(k), text: `t${k}` }));

  it('finds everything with a perfect model', async () => {
    const report = await retrieval({ name: 'r', gallery, at: [1, 5] }).run({ model: oneHot(8) });
    expect(report.recallAt1).toBe(1);
    expect(report.ties).toBe(0);
  });

  it('gives a collapsed model nothing at any k below the gallery', async () => {
    const report = await retrieval({ name: 'r', gallery, at: [1, 5] }).run({ model: oneHot(8, true) });
    expect(report.scores['imageToText.recall@5']!.value).toBe(0);
    expect(report.ties).toBe(16);
  });

  it('hands over the query of a failure, its right answer and the wrong one that came first', async () => {
    const model = oneHot(8);
    const task = retrieval({ name: 'r', gallery, at: [1] });
    const swapped: Embedder = {
      ...model,
      embedTexts: (texts) => model.embedTexts(texts.map((text) => (text === 't3' ? 't5' : text))),
    };
    const { failures } = await task.run({ model: swapped });
    const byText = failures.find(({ id, category }) => id === '3' && category === 'textToImage')!;
    expect(byText.detail).toMatchObject({
      texts: ['t3'],
      fits: [[true, false]],
      cosines: [[0, 1]],
      answers: ['3', '5'],
    });
    const byPicture = failures.find(({ id, category }) => id === '5' && category === 'imageToText')!;
    expect(byPicture.detail).toMatchObject({ texts: ['t5', 't3'], cosines: [[1], [1]], rank: 2 });
    expect(await task.picturesOf!([byText, byPicture])).toEqual([[pixel(3), pixel(5)], [pixel(5)]]);
  });

  it('accepts any picture whose text is the same', async () => {
    const twins = gallery.map((item, k) => ({ ...item, text: `t${k - (k % 2)}` }));
    const report = await retrieval({ name: 'r', gallery: twins, at: [1] }).run({ model: oneHot(8) });
    expect(report.textToImage[1]!.value).toBe(1);
  });
});
