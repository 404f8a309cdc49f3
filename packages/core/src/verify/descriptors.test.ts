import { expect, test } from 'vitest';
import type { Pixels } from '../pair.ts';
import { innerProducts } from './hubness.ts';
import { describeImage, descriptorParts, descriptorWidth } from './image-descriptor.ts';
import { TextDescriptor } from './text-descriptor.ts';

const colourWidth = descriptorParts[0]!.width;
const edges = (pixels: Pixels) => describeImage(pixels).subarray(colourWidth, colourWidth + descriptorParts[1]!.width);

function paint(size: number, colour: (x: number, y: number) => readonly [number, number, number]): Pixels {
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) data.set(colour(x, y), (y * size + x) * 3);
  return { width: size, height: size, data };
}

test('texts that share rare words are near, texts that share common ones are not', async () => {
  const corpus = [
    ...Array.from({ length: 40 }, (_, i) => `a person with thing${i}`),
    'a purple octopus',
    'an octopus, purple!',
  ];
  const describer = new TextDescriptor(corpus);
  const rows = describer.describe([
    'purple octopus',
    'OCTOPUS purple',
    'a person with thing3',
    'a person with thing4',
    'a',
  ]);
  const cosines = await innerProducts(rows, rows, describer.width);
  expect(cosines[0 * 5 + 1]).toBeCloseTo(1, 5);
  expect(Math.abs(cosines[2 * 5 + 3]!)).toBeLessThan(0.35);
  expect(Math.abs(cosines[0 * 5 + 2]!)).toBeLessThan(0.25);
});

test('words that the corpus never had make a text less like any other', async () => {
  const describer = new TextDescriptor(['a cat', 'a dog', 'a bird', 'a fish', 'a horse']);
  const rows = describer.describe(['cat', 'cat zebra', 'zebra', '']);
  const cosines = await innerProducts(rows, rows, describer.width);
  expect(cosines[0 * 4 + 0]).toBeCloseTo(1, 5);
  expect(cosines[0 * 4 + 1]).toBeLessThan(0.6);
  expect(cosines[0 * 4 + 1]).toBeGreaterThan(0.3);
  expect([...rows.subarray(2 * describer.width)].every((value) => value === 0)).toBe(true);
});

test('a flat picture has its colour in every cell and no edge', () => {
  const flat = describeImage(paint(40, () => [255, 0, 51]));
  expect(flat).toHaveLength(descriptorWidth);
  for (let cell = 0; cell < 64; cell++) {
    expect([...flat.subarray(cell * 3, cell * 3 + 3)].map((x) => Math.round(x * 100))).toEqual([100, 0, 20]);
  }
  expect(Math.max(...flat.subarray(colourWidth))).toBeLessThan(1e-3);
});

test('a vertical edge is stronger than none only where it is, and not a horizontal one', () => {
  const bright = (is: boolean): [number, number, number] => (is ? [255, 255, 255] : [0, 0, 0]);
  const vertical = edges(paint(42, (x) => bright(x >= 21)));
  const horizontal = edges(paint(42, (_, y) => bright(y >= 21)));
  const strength = (edges: Float32Array, cell: number) =>
    edges.subarray(cell * 8, cell * 8 + 8).reduce((a, b) => a + b);
  expect(strength(vertical, 12)).toBeGreaterThan(0.3);
  expect(strength(vertical, 10)).toBe(0);
  expect(vertical.indexOf(Math.max(...vertical)) % 8).not.toBe(horizontal.indexOf(Math.max(...horizontal)) % 8);
});
