import { expect, test } from 'vitest';
import { foldOf, randomCombinations } from './judge.ts';

const pairs = Array.from({ length: 300 }, (_, i) => ({
  imageHash: `picture ${i % 200}`, // a hundred pictures have two texts
  text: `text ${i % 90}`,
}));
const texts = [...new Set(pairs.map(({ text }) => text))];

test('random texts are those of other pairs of the fold, as unknown to its towers as a wrong pair is', () => {
  const folds = 3;
  const { image, text } = randomCombinations(pairs, texts, { perImage: 4, folds, seed: 1 });
  expect(image.length).toBe(text.length);
  expect(image.length).toBeGreaterThan(1000);
  for (const [k, i] of image.entries()) {
    const fold = foldOf(pairs[i]!.imageHash, folds);
    const own = pairs.filter(({ imageHash }) => imageHash === pairs[i]!.imageHash).map((pair) => pair.text);
    const inFold = pairs.filter(({ imageHash }) => foldOf(imageHash, folds) === fold).map((pair) => pair.text);
    expect(own).not.toContain(texts[text[k]!]);
    expect(inFold).toContain(texts[text[k]!]);
  }
  expect(randomCombinations(pairs, texts, { perImage: 4, folds, seed: 1 })).toEqual({ image, text });
});

test('a text is drawn as often as pairs have it', () => {
  const many = Array.from({ length: 1000 }, (_, i) => ({
    imageHash: `${i}`,
    text: i % 4 === 0 ? 'rare' : `common ${i % 2}`,
  }));
  const { text } = randomCombinations(many, ['rare', 'common 0', 'common 1'], { perImage: 4, folds: 1, seed: 2 });
  const share = (j: number) => text.filter((each) => each === j).length / text.length;
  // Of the pairs, 250 have `rare`, 250 `common 0`, 500 `common 1`; each text is drawn for the pairs of the others alone.
  const [rare, even, odd] = [250 * 750, 250 * 750, 500 * 500];
  expect(share(0)).toBeCloseTo(rare / (rare + even + odd), 1);
  expect(share(2)).toBeCloseTo(odd / (rare + even + odd), 1);
});
