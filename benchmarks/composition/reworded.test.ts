import { shapes } from '@anagram/worlds/shapes';
import { expect, it } from 'vitest';
import { reword, reworded } from './reworded.ts';

it.each([
  [
    'there is a cube and there is no ball',
    ['a cube and no ball', 'a picture of a cube and no ball', 'there is a cube and no ball'],
  ],
  [
    'a cat is to the left of a dog',
    [
      'a cat to the left of a dog',
      'a cat left of a dog',
      'a picture of a cat left of a dog',
      'there is a cat left of a dog',
    ],
  ],
  [
    'a cube that is bigger than a ball',
    ['a cube bigger than a ball', 'a picture of a cube bigger than a ball', 'there is a cube bigger than a ball'],
  ],
  ['three cats and nothing else', ['three cats', 'a picture of three cats', 'there are three cats']],
  ['a red cube on the left', ['a picture of a red cube on the left', 'there is a red cube on the left']],
  ['a picture of a man running', ['a man running', 'there is a man running']],
])('rewords %j', (text, wordings) => {
  expect(reword(text)).toEqual(wordings);
});

it('gives every pair of a world another wording, and none of its negative', async () => {
  const set = reworded(shapes({ styles: ['soft'], split: 'train', count: 45, seed: 1 }));
  for (let index = 0; index < set.length; index++) {
    const { text, negatives, paraphrases } = await set.pair(index, 16);
    expect(paraphrases!.length).toBeGreaterThan(0);
    expect(paraphrases).not.toContain(text);
    expect(paraphrases).not.toContain(negatives[0]!.text);
  }
});
