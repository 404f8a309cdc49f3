import { expect, test } from 'vitest';
import { describeScenes } from './describe-scenes.ts';

test('counts things, attributes and relations, and captions that can be mixed up', () => {
  const captions = [
    'a red cat on a blue car',
    'a dog sleeping',
    'a red cube and a blue ball',
    'two dogs',
    '고양이 한 마리',
  ];
  expect(describeScenes(captions)).toEqual({
    captions: 4,
    objects: (2 + 1 + 2 + 1) / 4,
    attributes: 4 / 4,
    relations: 2 / 4,
    composed: 2 / 4,
  });
});

test('reads a spread sample of many captions, and says nothing where none is English', () => {
  const many = Array.from({ length: 5_000 }, (_, k) => (k < 2_500 ? 'a cat on a car' : 'a cat'));
  expect(describeScenes(many)).toMatchObject({ captions: 2_000, composed: 0.5 });
  expect(describeScenes(['고양이'])).toBeNull();
  expect(describeScenes([])).toBeNull();
});
