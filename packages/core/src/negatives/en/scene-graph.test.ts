import { expect, test } from 'vitest';
import { Random } from '../../random.ts';
import { parseScene } from './scene-graph.ts';
import { swapBetween } from './swap-between.ts';

/** `2 cats(black), car(red); 0 -sitting on- 1` */
function written(text: string): string {
  const { objects, relations } = parseScene(text);
  const things = objects.map(
    ({ count, name, attributes }) =>
      `${count === null ? '' : `${count} `}${name}${attributes.length > 0 ? `(${attributes.map(({ word }) => word)})` : ''}`,
  );
  const said = relations.map(({ subject, predicate, object }) => `${subject} -${predicate}- ${object ?? ''}`.trim());
  return [things.join(', '), ...said].join('; ');
}

test.each([
  ['two black cats sitting on a red car', '2 cats(black), car(red); 0 -sitting on- 1'],
  ['a green square left of a blue square', 'square(green), square(blue); 0 -left of- 1'],
  ['a small red cube and two big old brown dogs', 'cube(small,red), 2 dogs(big,old,brown)'],
  ['the square is red', 'square(red)'],
  ['a square box', 'box(square)'],
  ['a man in a hat riding a brown horse', 'man, hat, horse(brown); 0 -in- 1; 0 -riding- 2'],
  ['a picture of a red cube to the left of a blue ball', 'cube(red), ball(blue); 0 -to the left of- 1'],
  ['the car is red', 'car(red)'],
  ['a dog sleeping next to a fire hydrant', 'dog, fire hydrant; 0 -sleeping next to- 1'],
  ['a cat and a dog are lying on a couch', 'cat, dog, couch; 0 -lying on- 2; 1 -lying on- 2'],
  ['there is a woman holding an umbrella', 'woman, umbrella; 0 -holding- 1'],
  ['a cube that is bigger than a ball', 'cube, ball; 0 -bigger than- 1'],
  [
    'a white plate topped with food on a wooden table',
    'plate(white), food, table(wooden); 0 -topped with- 1; 1 -on- 2',
  ],
  ['A young boy is playing tennis on a court.', 'boy(young), tennis, court; 0 -playing- 1; 1 -on- 2'],
  ['three red cubes', '3 cubes(red)'],
  ['a cone pointing to the left', 'cone; 0 -pointing to the left-'],
  [
    'a man wearing a blue shirt and jeans is holding a large kite',
    'man, shirt(blue), jeans, kite(large); 0 -wearing- 1; 0 -holding- 3',
  ],
  ['running through the rain', 'rain'],
  ['', ''],
])('reads %j', (text, graph) => {
  expect(written(text)).toBe(graph);
});

test('words stand where the graph says', () => {
  const text = 'Two Black cats on a red car';
  for (const { noun, attributes } of parseScene(text).objects) {
    for (const { word, start, end } of [noun, ...attributes]) expect(text.slice(start, end).toLowerCase()).toBe(word);
  }
});

test('one word of each caption changes places with one of its kind in the other', () => {
  const [a, b] = ['A red cat on a couch', 'two men near an old bus'];
  const swaps = Array.from({ length: 40 }, (_, seed) => swapBetween(a, b, new Random(seed))!);
  expect(new Set(swaps.map(([left]) => left))).toEqual(
    new Set(['A red bus on a couch', 'A red cat on a bus', 'An old cat on a couch']),
  );
  expect(swaps).toContainEqual(['An old cat on a couch', 'two men near a red bus']);
  expect(swapBetween(a, b, new Random(7))).toEqual(swapBetween(a, b, new Random(7)));
});

test('captions without words of one kind, or with the same words, are left', () => {
  expect(swapBetween('a cat', 'two dogs', new Random(1))).toBeNull();
  expect(swapBetween('a red cat', 'the red cat', new Random(1))).toBeNull();
});

test('an exchanged word takes the casing of its place', () => {
  expect(swapBetween('Cats are sleeping', 'two dogs are sleeping', new Random('swap'))).toEqual([
    'Dogs are sleeping',
    'two cats are sleeping',
  ]);
});
