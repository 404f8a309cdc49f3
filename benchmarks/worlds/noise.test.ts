import { Random } from '@anagram/core';
import { describe, expect, it } from 'vitest';
import { addNoise } from './noise.ts';

const texts = Array.from({ length: 200 }, (_, i) => `text ${i % 150}`);
const shares = { lostTexts: 0.1, lostImages: 0.05, wrong: 0.3 };
const draw = (seed: number) => addNoise(texts, shares, new Random('test', seed));

describe('addNoise', () => {
  it('loses texts and pictures and gives pairs wrong texts, in the shares that were asked for', () => {
    const noisy = draw(1);
    const count = (kind: string) => noisy.filter((one) => one.kind === kind).length;
    expect([count('image'), count('text'), count('pair')]).toEqual([20, 10, 170]);
    const wrong = noisy.filter(({ kind, text }, i) => kind === 'pair' && text !== texts[i]);
    expect(wrong.length).toBe(51);
    expect(noisy.every(({ kind, text }, i) => kind === 'pair' || text === texts[i])).toBe(true);
  });

  it('makes no text up and loses none among the pairs', () => {
    const noisy = draw(1);
    const given = noisy.map(({ text }) => text).sort();
    expect(given).toEqual([...texts].sort());
  });

  it('leaves everything as it is without noise', () => {
    const none = addNoise(texts, { lostTexts: 0, lostImages: 0, wrong: 0 }, new Random('test', 1));
    expect(none).toEqual(texts.map((text) => ({ kind: 'pair', text })));
  });

  it('follows its stream of chance', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
  });
});
