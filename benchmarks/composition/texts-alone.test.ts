import { shapes } from '@anagram/worlds/shapes';
import { expect, it } from 'vitest';
import { exactTexts, ruleTexts } from './texts-alone.ts';

const set = shapes({ styles: ['toon'], split: 'train', count: 90, seed: 1 });
const read = (of: typeof set) => Promise.all(Array.from({ length: of.length }, (_, index) => of.pair(index, 16)));

it('keeps the pairs and the exact texts, without their pictures', async () => {
  const [pairs, alone] = await Promise.all([read(set), read(exactTexts(set))]);
  alone.forEach(({ text, image, negatives }, index) => {
    expect(text).toBe(pairs[index]!.text);
    expect(image).toEqual(pairs[index]!.image);
    expect(negatives).toEqual([
      { category: set.category(index), text: pairs[index]!.negatives[0]!.text, image: null, imageKey: null },
    ]);
  });
});

it('writes by rules what differs from the caption, the same every time, for most pairs', async () => {
  const [first, again] = await Promise.all([read(ruleTexts(set)), read(ruleTexts(set))]);
  expect(again).toEqual(first);
  for (const { text, negatives } of first) {
    expect(negatives.every((negative) => negative.text !== text && negative.image === null)).toBe(true);
  }
  expect(first.filter(({ negatives }) => negatives.length > 0).length).toBeGreaterThan(70);
});
