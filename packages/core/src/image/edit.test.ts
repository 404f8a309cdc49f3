import { describe, expect, test } from 'vitest';
import type { Pixels } from '../pair.ts';
import { Random } from '../random.ts';
import { colourOf, mirror, recolour } from './edit.ts';

function filled(
  width: number,
  height: number,
  at: (x: number, y: number) => readonly [number, number, number],
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(at(i % width, Math.floor(i / width)), i * 3);
  return { width, height, data };
}

/** A shaded disc on white. */
const disc = (rgb: readonly [number, number, number]) =>
  filled(20, 20, (x, y) => {
    if ((x - 10) ** 2 + (y - 10) ** 2 > 36) return [255, 255, 255];
    const light = 0.6 + (0.4 * x) / 20;
    return [rgb[0] * light, rgb[1] * light, rgb[2] * light];
  });

const centre = ({ width, data }: Pixels) => [...data.subarray((10 * width + 10) * 3, (10 * width + 10) * 3 + 3)];

const vivid = {
  red: [230, 30, 30],
  orange: [250, 140, 20],
  yellow: [250, 220, 30],
  green: [40, 180, 50],
  blue: [40, 90, 230],
  purple: [130, 50, 200],
  pink: [250, 120, 190],
  brown: [120, 70, 35],
} as const;

describe('mirror', () => {
  test('swaps left and right, and twice is nothing', () => {
    const random = new Random('mirror', 1);
    const pixels = filled(7, 3, () => [random.below(256), random.below(256), random.below(256)]);
    expect([...mirror(pixels).data.subarray(0, 3)]).toEqual([...pixels.data.subarray(18, 21)]);
    expect(mirror(mirror(pixels))).toEqual(pixels);
    expect(mirror(pixels)).not.toEqual(pixels);
  });
});

describe('recolour', () => {
  test.each(Object.keys(vivid) as (keyof typeof vivid)[])('gives %s every other colour', (from) => {
    for (const to of [...Object.keys(vivid), 'black', 'white', 'grey']) {
      if (to === from) continue;
      const changed = recolour(disc(vivid[from]), from, to)!;
      const [r = 0, g = 0, b = 0] = centre(changed);
      expect(`${from} → ${nameOf(r, g, b)}`).toBe(`${from} → ${to}`);
    }
  });

  test('leaves every other pixel alone and keeps the shading', () => {
    const before = disc(vivid.red);
    const after = recolour(before, 'red', 'blue')!;
    expect([...after.data.subarray(0, 3)]).toEqual([255, 255, 255]);
    const brightness = (pixels: Pixels, x: number) =>
      Math.max(...pixels.data.subarray((200 + x) * 3, (200 + x) * 3 + 3));
    expect(brightness(after, 14)).toBeGreaterThan(brightness(after, 6));
    expect(before).toEqual(disc(vivid.red));
  });

  test('gives null where there is nothing to recolour', () => {
    expect(recolour(disc(vivid.red), 'green', 'blue')).toBeNull();
    expect(recolour(disc(vivid.red), 'red', 'red')).toBeNull();
    expect(recolour(disc(vivid.red), 'mauve', 'red')).toBeNull();
    expect(recolour(disc(vivid.red), 'constructor', 'red')).toBeNull();
    expect(recolour(disc(vivid.red), 'white', 'red')).toBeNull();
    const speck = filled(20, 20, (x, y) => (x === 0 && y < 7 ? [230, 30, 30] : [255, 255, 255]));
    expect(recolour(speck, 'red', 'blue')).toBeNull();
  });

  test('reds on both sides of the hue circle become one colour', () => {
    const both = filled(20, 20, (x) => (x < 10 ? [230, 30, 60] : [230, 60, 30]));
    const after = recolour(both, 'red', 'green')!;
    expect(nameOf(after.data[0]!, after.data[1]!, after.data[2]!)).toBe('green');
    expect(nameOf(after.data[57]!, after.data[58]!, after.data[59]!)).toBe('green');
  });
});

function nameOf(r: number, g: number, b: number): string {
  const max = Math.max(r, g, b);
  const chroma = max - Math.min(r, g, b);
  if (chroma === 0) return colourOf(0, 0, max / 255);
  const sector = max === r ? ((g - b) / chroma + 6) % 6 : max === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
  return colourOf(sector * 60, chroma / max, max / 255);
}
