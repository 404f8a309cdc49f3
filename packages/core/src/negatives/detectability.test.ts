import { describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { detectability } from './detectability.ts';

const random = new Random('detectability.test');
const colours = ['red', 'blue', 'green', 'black', 'white', 'brown'];
const things = ['car', 'dog', 'house', 'tree', 'hat', 'boat', 'cup'];
const places = Array.from({ length: 40 }, (_, i) => `place${i}`);
const texts = Array.from(
  { length: 1000 },
  () => `a ${random.pick(colours)} ${random.pick(things)} in ${random.pick(places)}`,
);

describe('detectability', () => {
  test('is 1 where every negative carries a word that no caption has', () => {
    expect(
      detectability(
        texts,
        texts.map((text) => `${text} not`),
      ),
    ).toEqual({ auroc: 1, paired: 1 });
  });

  test('is near one half where negatives look like captions', () => {
    const negatives = texts.map((text) => text.replace(/^a \w+/, `a ${random.pick(colours)}`));
    const { auroc, paired } = detectability(texts, negatives)!;
    expect(Math.abs(auroc - 0.5)).toBeLessThan(0.06);
    expect(Math.abs(paired - 0.5)).toBeLessThan(0.06);
  });

  test('lies between where half of the negatives give themselves away', () => {
    const negatives = texts.map((text, i) =>
      i % 2 === 0 ? `${text} not` : text.replace(/^a \w+/, `a ${random.pick(colours)}`),
    );
    const { auroc, paired } = detectability(texts, negatives)!;
    for (const figure of [auroc, paired]) {
      expect(figure).toBeGreaterThan(0.68);
      expect(figure).toBeLessThan(0.82);
    }
  });

  test('is the same where captions and negatives are exchanged', () => {
    const negatives = texts.map((text, i) => (i % 3 === 0 ? `${text} not` : text.replace(/^a \w+/, 'a red')));
    const [one, other] = [detectability(texts, negatives)!, detectability(negatives, texts)!];
    // Fifths are made of captions, so the two runs cut the pairs differently.
    expect(Math.abs(one.auroc - other.auroc)).toBeLessThan(0.02);
    expect(Math.abs(one.paired - other.paired)).toBeLessThan(0.02);
  });

  test('learns nothing of a caption from its other negatives', () => {
    // Every caption has a word of its own, and its four negatives have another one: no use for captions not seen.
    const captions = Array.from({ length: 200 }, (_, i) => `thing${i >> 2} stands here`);
    const negatives = captions.map((_, i) => `thing${(i >> 2) + 1000} stands here`);
    expect(detectability(captions, negatives)).toEqual({ auroc: 0.5, paired: 0.5 });
  });

  test('says nothing about a handful', () => {
    expect(detectability(texts.slice(0, 19), texts.slice(0, 19))).toBeNull();
  });
});
