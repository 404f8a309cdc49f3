import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { matchLone } from './match.ts';

const texts = new Map([
  ['cat', 't1'],
  ['dog', 't2'],
]);

test('the most probable combination goes first, one to one', () => {
  const pictures = [
    { id: 'p1', texts: [{ text: 'cat', probability: 0.8 }] },
    {
      id: 'p2',
      texts: [
        { text: 'cat', probability: 0.9 },
        { text: 'dog', probability: 0.7 },
      ],
    },
  ];
  expect(matchLone(pictures, texts, 0.5)).toEqual([{ image: 'p2', text: 't1', probability: 0.9 }]);
});

test('nothing below the threshold, and no text that is not alone', () => {
  const pictures = [
    {
      id: 'p1',
      texts: [
        { text: 'cat', probability: 0.49 },
        { text: 'bird', probability: 0.99 },
      ],
    },
  ];
  expect(matchLone(pictures, texts, 0.5)).toEqual([]);
});

test('the order of the pictures does not matter', () => {
  const random = new Random('match');
  const lone = new Map(Array.from({ length: 8 }, (_, i) => [`text ${i}`, `t${i}`]));
  const pictures = Array.from({ length: 8 }, (_, i) => ({
    id: `p${i}`,
    texts: Array.from({ length: 8 }, (_, j) => ({ text: `text ${j}`, probability: random.below(4) / 4 })),
  }));
  const first = matchLone(pictures, lone, 0.25);
  expect(matchLone(random.shuffle([...pictures]), lone, 0.25)).toEqual(first);
  expect(new Set(first.map(({ image }) => image)).size).toBe(first.length);
  expect(new Set(first.map(({ text }) => text)).size).toBe(first.length);
});
