import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { trigramShuffle } from './trigram-shuffle.ts';

const shuffle = (text: string, unit: 'word' | 'character', seed = 0) => trigramShuffle(text, unit, new Random(seed));

test('the trigrams of words stay whole and change their order', () => {
  expect(shuffle('a red cat chases two blue dogs', 'word')).toMatch(
    /^(chases two blue a red cat dogs|chases two blue dogs a red cat|dogs a red cat chases two blue|dogs chases two blue a red cat|a red cat dogs chases two blue)$/,
  );
});

test('punctuation stays with the word before it', () => {
  expect(shuffle('A cat, a dog, a bird.', 'word')).toBe('dog, a bird. A cat, a');
});

test('Korean is cut into words at its blanks', () => {
  expect(shuffle('나무가 쇼핑 카트에 있다', 'word')).toBe('있다 나무가 쇼핑 카트에');
});

test('characters are graphemes, so emoji and composed letters stay whole', () => {
  expect(shuffle('👩‍👩‍👧ab🇰🇷', 'character')).toBe('🇰🇷👩‍👩‍👧ab');
  expect(shuffle('나무가있다', 'character')).toBe('있다나무가');
});

test('a text of a single trigram cannot be shuffled', () => {
  expect(shuffle('a red cat', 'word')).toBeNull();
  expect(shuffle('cat', 'character')).toBeNull();
  expect(shuffle('', 'word')).toBeNull();
});

test('a text that reads the same in every order cannot be shuffled', () => {
  expect(shuffle('a b c A b  c', 'word')).toBeNull();
  expect(shuffle('aaaaaaa', 'character')).toBeNull();
});

test('the original order never comes back, and the units are the same', () => {
  for (let seed = 0; seed < 200; seed++) {
    const text = 'one two three four five six one two three seven';
    const shuffled = shuffle(text, 'word', seed)!;
    expect(shuffled).not.toBe(text);
    expect(shuffled.split(' ').sort()).toEqual(text.split(' ').sort());
  }
});

test('the same random numbers give the same order', () => {
  const text = 'one two three four five six seven eight nine ten';
  expect(shuffle(text, 'word', 5)).toBe(shuffle(text, 'word', 5));
});
