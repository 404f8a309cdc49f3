import { expect, it } from 'vitest';
import type { Embedder } from './task.ts';
import { textChoice } from './text-choice.ts';

const image = { width: 1, height: 1, data: new Uint8Array(3) };

/** Every picture is (1, 0); a text that says so is near it. */
const model: Embedder = {
  embedDim: 2,
  embedImages: async (images) => Float32Array.from(images.flatMap(() => [1, 0])),
  embedTexts: async (texts) => Float32Array.from(texts.flatMap((text) => (text.includes('true') ? [1, 0] : [0, 1]))),
};

it('counts by category how often the text beats its negative; a tie is wrong', async () => {
  const item = (id: string, category: string, text: string, negativeText: string) => ({
    id,
    category,
    image,
    text,
    negativeText,
  });
  const task = textChoice({
    name: 'choice',
    items: [
      item('a', 'colour', 'true', 'false'),
      item('b', 'colour', 'false', 'true'),
      item('c', 'size', 'true', 'also true'),
      item('d', 'size', 'true', 'false'),
    ],
  });
  const report = await task.run({ model });
  expect(report.categories.colour).toMatchObject({ value: 0.5, n: 2 });
  expect(report.categories.size).toMatchObject({ value: 0.5, n: 2 });
  expect(report.mean).toBe(0.5);
  expect(report.ties).toBe(1);
  expect(report.failures.map(({ id }) => id)).toEqual(['b', 'c']);
  expect(report.chance).toEqual({ 'colour.choice': 0.5, 'size.choice': 0.5, 'all.macro.choice': 0.5 });
  expect(report.failures[0]!.detail).toMatchObject({ texts: ['false', 'true'], cosines: [[0], [1]] });
  expect(await task.picturesOf!(report.failures)).toEqual([[image], [image]]);
});
