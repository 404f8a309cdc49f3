import { describe, expect, test } from 'vitest';
import { rejection, TrueTexts, textKey } from './screen.ts';

describe('rejection', () => {
  test.each([
    ['A red car.', 'a red car', 'colour', 'equal to the caption'],
    ['A red car', ' ', 'colour', 'empty'],
    ['A big couch', 'A large sofa', 'size', 'a paraphrase of the caption'],
    ['A cat beside a dog', 'A cat next to a dog', 'position', 'a paraphrase of the caption'],
    ['A cat and a dog', 'A dog and a cat', 'swap-object', 'a paraphrase of the caption'],
    ['A red cat next to a dog', 'A dog next to a red cat', 'swap-object', 'a paraphrase of the caption'],
    ['A dog', 'An cat', 'object', 'ungrammatical at "An cat"'],
    ['A dog', 'A two dogs', 'quantity', 'ungrammatical at "A two"'],
    ['A man with a dog', 'A man without without a dog', 'negation', 'ungrammatical at "without without"'],
    ['A dog', 'A dog and many other things that nobody has ever seen', 'object', 'too different in length'],
  ] as const)('of "%s" refuses "%s" for %s', (caption, text, category, reason) => {
    expect(rejection(caption, { category, text })).toBe(reason);
  });

  test.each([
    ['A red car.', 'A blue car.', 'colour'],
    ['A cat on a dog', 'A dog on a cat', 'swap-object'],
    ['A red cat and a blue dog', 'A blue cat and a red dog', 'swap-object'],
    ['A dog', 'There is no dog', 'negation'],
    ['An man in a hat', 'An man in a tie', 'object'],
  ] as const)('of "%s" lets "%s" pass for %s', (caption, text, category) => {
    expect(rejection(caption, { category, text })).toBeNull();
  });
});

test('textKey keeps letters of every script and drops case, marks and composition', () => {
  expect(textKey('  A “Red” car!\n')).toBe('a red car');
  expect(textKey('나무가 있다.'.normalize('NFD'))).toBe('나무가 있다');
});

test('TrueTexts knows what is said of a picture, and of that picture alone', () => {
  const known = new TrueTexts();
  known.add('a', 'Two dogs.');
  known.add('a', 'A dog and a puppy');
  expect(known.has('a', 'two dogs')).toBe(true);
  expect(known.has('a', 'three dogs')).toBe(false);
  expect(known.has('b', 'two dogs')).toBe(false);
});
