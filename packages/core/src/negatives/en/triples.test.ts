import { expect, test } from 'vitest';
import { readTriples } from './triples.ts';

const said = (text: string) => readTriples(text).map(({ head, relation, tail }) => `${head} | ${relation} | ${tail}`);

test.each([
  ['two black cats sitting on a red car', ['cats | sitting on | car', 'cats | is | black', 'car | is | red']],
  ['a man riding a horse', ['man | riding | horse']],
  ['the horse riding a man', ['horse | riding | man']],
  ['a dog sleeping', []],
  ['a tree', []],
  ['나무가 쇼핑 카트에 있다', []],
  ['!!!', []],
  ['', []],
])('%s', (text, expected) => {
  expect(said(text)).toEqual(expected);
});

test('a long caption has its first six, what relates things before what they are', () => {
  const text = 'a big red dog on a small green car near a tall old tree under a wide blue sky';
  expect(said(text)).toHaveLength(6);
  expect(said(text).slice(0, 3)).toEqual(['dog | on | car', 'car | near | tree', 'tree | under | sky']);
});
