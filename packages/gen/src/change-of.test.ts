import { expect, test } from 'vitest';
import { changeOf } from './change-of.ts';

test.each([
  ['A red car.', 'A blue car.', 'red', 'blue'],
  ['A man is here', 'A man is not here', '', 'not'],
  ['A dog in a car', 'A car in a dog', 'dog in a car', 'car in a dog'],
  ['the the cat', 'the cat', 'the', ''],
  ['a cat', 'a cat', '', ''],
])('from "%s" to "%s" it is "%s" → "%s"', (caption, negative, from, to) => {
  expect(changeOf(caption, negative)).toEqual({ from, to });
});
