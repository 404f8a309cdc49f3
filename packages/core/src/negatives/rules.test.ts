import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type NegativeCategory, negativeCategories } from '../pair.ts';
import { negativesByRules } from './rules.ts';
import { rejection } from './screen.ts';

const captions = readFileSync(new URL('fixtures/captions-en.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

/** Every text that some seed gives. */
function allOf(category: NegativeCategory, text: string): string[] {
  const texts = Array.from({ length: 60 }, (_, seed) => negativesByRules(text, [category], { seed, language: 'en' }));
  return [...new Set(texts.flat().map((negative) => negative.text))].sort();
}

describe('negativesByRules', () => {
  const examples: readonly (readonly [NegativeCategory, string, readonly string[]])[] = [
    ['quantity', 'A dog is barking.', ['Four dogs are barking.', 'Three dogs are barking.', 'Two dogs are barking.']],
    ['quantity', 'Two dogs.', ['Five dogs.', 'Four dogs.', 'Three dogs.']],
    [
      'quantity',
      'a man walks his dog and eats',
      ['four', 'three', 'two'].map((n) => `${n} men walk their dog and eat`),
    ],
    ['quantity', 'Several men sit.', ['Two men sit.']],
    ['quantity', 'A couple of boats.', ['Five boats.', 'Four boats.']],
    ['position', 'A dog to the left of a cat.', ['A dog to the right of a cat.']],
    ['position', 'a star above a circle', ['a star below a circle', 'a star beneath a circle']],
    ['position', 'In front of a car.', ['Behind a car.']],
    [
      'position',
      'A dog next to a car',
      ['A dog far away from a car', 'A dog on top of a car', 'A dog underneath a car'],
    ],
    ['position', 'A dog next to a wall', ['A dog far away from a wall']],
    ['size', 'The tallest tree', ['The shortest tree']],
    ['size', 'A tall man', ['A short man']],
    ['size', 'A long road', ['A short road']],
    ['verb', 'A woman smiles.', ['A woman cries.', 'A woman frowns.']],
    ['verb', 'a man pushing a cart', ['a man pulling a cart']],
    ['verb', 'A book lying on a table', ['A book falling off a table']],
    ['negation', 'There is a dog.', ['There is no dog.']],
    ['negation', 'There are no cars on the road.', ['There are some cars on the road.']],
    ['negation', 'A man rides a horse.', ['A man does not ride a horse.']],
    ['negation', 'A man is riding a horse.', ['A man is not riding a horse.']],
    ['negation', 'a cat but no dog', ['a cat and a dog']],
    ['negation', 'A baby is not crying.', ['A baby is crying.']],
    ['negation', 'A man who does not ride', ['A man who rides']],
    ['negation', 'A cat on a mat', ['There is no cat on a mat']],
    ['negation', 'Soccer players on a field', ['There are no soccer players on a field']],
    ['negation', 'A dog without a collar.', ['A dog with a collar.']],
    ['object', 'A boy', ['A girl', 'A woman']],
    [
      'object',
      'a boy with his kite',
      [
        ...['ball', 'balloon', 'bat', 'frisbee', 'racket'].map((thing) => `a boy with his ${thing}`),
        ...['a girl with her kite', 'a woman with her kite'],
      ],
    ],
    ['attribute', 'An old man', ['A young man']],
    ['attribute', 'A wooden bench', ['A metal bench', 'A plastic bench']],
    ['attribute', 'An open door', ['A closed door']],
    ['agent-patient', 'A man riding a horse.', ['A horse riding a man.']],
    ['negation', 'A LITTLE GIRL IS RUNNING', ['A LITTLE GIRL IS NOT RUNNING']],
    ['swap-attribute', 'A red cat and a blue dog.', ['A blue cat and a red dog.']],
    ['swap-object', 'A tree is in a shopping cart.', ['A shopping cart is in a tree.']],
    ['swap-attribute', 'two cats and three dogs', ['three cats and two dogs']],
    ['swap-object', 'A SMALL DOG ON A SOFA', ['A SOFA ON A SMALL DOG']],
    ['agent-patient', 'A dog chases an elephant', ['An elephant chases a dog']],
  ];
  test.each(examples)('%s: "%s"', (category, text, expected) => {
    expect(allOf(category, text)).toEqual([...expected].sort());
  });

  test('repairs articles and keeps capitals and marks', () => {
    expect(allOf('colour', 'A WHITE CAR!')).toContain('AN ORANGE CAR!');
    expect(allOf('object', 'A cat, asleep.')).toContain('An elephant, asleep.');
    expect(allOf('object', 'An elephant, asleep.')).toContain('A cat, asleep.');
    expect(allOf('negation', 'Two dogs on a mat')).toEqual(['There are no dogs on a mat']);
  });

  test.each<[NegativeCategory, string]>([
    ['colour', 'An orange on a plate'],
    ['colour', 'A black and white photo of a station'],
    ['colour', 'A glass of red wine'],
    ['quantity', 'A view of the city'],
    ['quantity', 'a group of people'],
    ['position', 'A man left the room'],
    ['position', 'A truck on a street'],
    ['size', 'A little girl'],
    ['verb', 'A parking lot'],
    ['verb', 'A monitor standing next to a lamp'],
    ['swap-object', 'A dog and a cat'],
    ['swap-object', 'A dog next to a cat'],
    ['swap-object', 'A picture of a dog'],
    ['swap-object', 'A man riding on a skateboard on a street'],
    ['agent-patient', 'A man facing a dog'],
    ['swap-attribute', 'A black and white cat'],
    ['object', 'A baseball player'],
    ['object', 'There is no dog'],
    ['colour', 'A woman without a red hat'],
    ['quantity', 'There is not a dog'],
    ['negation', 'There is one-hump camel'],
    ['negation', 'A man and woman on a bench'],
    ['negation', 'Four men ride horses.'],
    ['colour', 'A black-and white picture of a rack'],
    ['colour', 'A plate of leafy green vegetables'],
    ['attribute', 'A young boy'],
    ['attribute', 'a hot dog'],
    ['verb', 'A plate sitting on the ground'],
  ])('gives nothing for %s where no change would be sure: "%s"', (category, text) => {
    expect(allOf(category, text)).toEqual([]);
  });

  test('gives the same for the same seed and differs between seeds', () => {
    const write = (seed: number) =>
      captions.map((text) => negativesByRules(text, negativeCategories, { seed, language: 'en' }));
    expect(write(1)).toEqual(write(1));
    expect(write(1)).not.toEqual(write(2));
  });

  test('covers captions in every category, and each negative passes the screen', () => {
    const counts = new Map<NegativeCategory, number>();
    for (const text of captions) {
      const negatives = negativesByRules(text, negativeCategories, { seed: 0, language: 'en' });
      expect(new Set(negatives.map((negative) => negative.text)).size).toBe(negatives.length);
      for (const negative of negatives) {
        expect(rejection(text, negative)).toBeNull();
        expect(negative.text.endsWith('.')).toBe(text.endsWith('.'));
        counts.set(negative.category, (counts.get(negative.category) ?? 0) + 1);
      }
    }
    const share = Object.fromEntries(
      negativeCategories.map((category) => [category, (counts.get(category) ?? 0) / captions.length]),
    );
    const least = {
      colour: 0.2,
      quantity: 0.5,
      position: 0.3,
      size: 0.09,
      verb: 0.35,
      negation: 0.6,
      object: 0.6,
      attribute: 0.05,
      'swap-object': 0.1,
      'swap-attribute': 0.05,
      'agent-patient': 0.05,
    };
    for (const category of negativeCategories) expect.soft(share[category], category).toBeGreaterThan(least[category]);
  });
});

const data = process.env.ANAGRAM_TEST_DATA;
const folder = data === undefined ? '' : join(data, 'sugarcrepe');
if (!existsSync(folder))
  console.warn('Coverage on SugarCrepe is skipped: ANAGRAM_TEST_DATA names no folder with sugarcrepe/*.json.');

describe.skipIf(!existsSync(folder))('coverage on 1,000 captions of SugarCrepe', () => {
  test('is printed, and every category of the paper reaches a fair share', () => {
    const all = new Set(
      readdirSync(folder).flatMap((file) =>
        Object.values(
          JSON.parse(readFileSync(join(folder, file), 'utf8')) as { [key: string]: { caption: string } },
        ).map(({ caption }) => caption),
      ),
    );
    const step = Math.floor(all.size / 1000);
    const some = [...all]
      .sort()
      .filter((_, i) => i % step === 0)
      .slice(0, 1000);
    const found = some.flatMap((text) => negativesByRules(text, negativeCategories, { seed: 0, language: 'en' }));
    const shares = negativeCategories.map(
      (category) =>
        [category, found.filter((negative) => negative.category === category).length / some.length] as const,
    );
    console.log(
      `share of ${some.length} captions with a negative: ${shares.map(([name, share]) => `${name} ${share.toFixed(2)}`).join(', ')}`,
    );
    const least: { [category: string]: number } = {
      colour: 0.15,
      quantity: 0.4,
      position: 0.25,
      verb: 0.3,
      negation: 0.5,
    };
    for (const [name, share] of shares) expect.soft(share, name).toBeGreaterThan(least[name] ?? 0.04);
  });
});
