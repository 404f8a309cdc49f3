import { expect, test } from 'vitest';
import { byteCharacters, smallestVocabulary, spell, trainBpe } from './bpe.ts';

test('the most frequent neighbours are merged first', () => {
  const { merges } = trainBpe(['low low low low low low', 'lower lower', 'newest newest newest'], { vocabSize: 520 });
  expect(merges.slice(0, 2)).toEqual([
    ['l', 'o'],
    ['lo', 'w</w>'],
  ]);
});

test('the order of the texts does not matter, and equal counts are settled by number', () => {
  const texts = ['a red cat and a blue dog', 'a blue dog', '빨간 고양이와 파란 개', 'cat cat dog dog'];
  const one = trainBpe(texts, { vocabSize: 560 });
  const other = trainBpe([...texts].reverse(), { vocabSize: 560 });
  expect(other).toEqual(one);
});

test('a corpus without repetition ends below the size asked for', () => {
  const { vocabulary, merges } = trainBpe(['abcdefg'], { vocabSize: 1000 });
  expect(merges).toEqual([]);
  expect(vocabulary.size).toBe(smallestVocabulary);
});

test('a repeated letter is merged once per place', () => {
  const { merges } = trainBpe(['aaaaa aaaaa'], { vocabSize: 516 });
  expect(merges).toEqual([
    ['a', 'a'],
    ['aa', 'a</w>'],
  ]);
});

test('a size too small for the bytes is refused, and one too large to be read again', () => {
  expect(() => trainBpe(['a'], { vocabSize: 513 })).toThrow('at least 514');
  expect(() => trainBpe(['a'], { vocabSize: 65_537 })).toThrow('at most 65536');
});

test('every byte has a printable character of its own', () => {
  expect(new Set(byteCharacters).size).toBe(256);
  expect(byteCharacters[65]).toBe('A');
  expect(byteCharacters[0]).toBe('Ā');
  expect(spell('é')).toEqual(['Ã', '©</w>']);
});
