import { describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { detectability } from './detectability.ts';

const random = new Random('detectability.test');
const colours = ['red', 'blue', 'green', 'black', 'white', 'brown'];
const things = ['car', 'dog', 'house', 'tree', 'hat', 'boat', 'cup'];
const texts = Array.from({ length: 400 }, () => `a ${random.pick(colours)} ${random.pick(things)}`);

describe('detectability', () => {
  test('is 1 where every negative carries a word that no caption has', () => {
    expect(
      detectability(
        texts,
        texts.map((text) => `${text} not`),
      ),
    ).toBeCloseTo(1, 5);
  });

  test('is near one half where negatives look like captions', () => {
    const negatives = texts.map((text) => text.replace(/^a \w+/, `a ${random.pick(colours)}`));
    expect(Math.abs(detectability(texts, negatives)! - 0.5)).toBeLessThan(0.06);
  });

  test('lies between where half of the negatives give themselves away', () => {
    const negatives = texts.map((text, i) =>
      i % 2 === 0 ? `${text} not` : text.replace(/^a \w+/, `a ${random.pick(colours)}`),
    );
    expect(detectability(texts, negatives)).toBeGreaterThan(0.68);
    expect(detectability(texts, negatives)).toBeLessThan(0.82);
  });

  test('says nothing about a handful', () => {
    expect(detectability(texts.slice(0, 19), texts.slice(0, 19))).toBeNull();
  });
});
