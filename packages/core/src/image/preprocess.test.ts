import { describe, expect, test } from 'vitest';
import { crop, fitGeometry, fitImage } from './preprocess.ts';

describe('fitGeometry', () => {
  test('follows torchvision: the long side is truncated, half crops round to even', () => {
    expect(fitGeometry(640, 480, 224)).toMatchObject({ width: 298, height: 224, left: 37, top: 0 });
    expect(fitGeometry(480, 641, 224)).toMatchObject({ width: 224, height: 299, left: 0, top: 38 });
    expect(fitGeometry(225, 224, 224)).toMatchObject({ width: 225, left: 0 });
    expect(fitGeometry(227, 224, 224)).toMatchObject({ width: 227, left: 2 });
    expect(fitGeometry(229, 224, 224)).toMatchObject({ width: 229, left: 2 });
  });

  test('the crop lies within the resized picture, which stays small for extreme shapes', () => {
    for (const [width, height] of [
      [1, 50_000],
      [50_000, 1],
      [3, 100],
      [1, 1],
      [7, 5],
    ] as const) {
      for (const size of [1, 32, 56]) {
        const fit = fitGeometry(width, height, size);
        expect(fit.left).toBeGreaterThanOrEqual(0);
        expect(fit.top).toBeGreaterThanOrEqual(0);
        expect(fit.left + size).toBeLessThanOrEqual(fit.width);
        expect(fit.top + size).toBeLessThanOrEqual(fit.height);
        expect(fit.width * fit.height).toBeLessThanOrEqual(16 * size * size);
        expect(fit.source.left + fit.source.width).toBeLessThanOrEqual(width);
        expect(fit.source.top + fit.source.height).toBeLessThanOrEqual(height);
      }
    }
  });
});

describe('fitImage', () => {
  test('returns a picture of the right size as it is', async () => {
    const pixels = { width: 2, height: 2, data: Uint8Array.from({ length: 12 }, (_, i) => i) };
    expect(await fitImage(pixels, 2)).toBe(pixels);
  });

  test('crops exactly where only one side is too long', async () => {
    const pixels = { width: 4, height: 2, data: Uint8Array.from({ length: 24 }, (_, i) => i) };
    const { width, height, data } = await fitImage(pixels, 2);
    expect([width, height]).toEqual([2, 2]);
    expect([...data]).toEqual([3, 4, 5, 6, 7, 8, 15, 16, 17, 18, 19, 20]);
  });
});

test('crop takes the box it is given', () => {
  const pixels = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) };
  expect([...crop(pixels, { left: 2, top: 1, width: 1, height: 1 }).data]).toEqual([15, 16, 17]);
});
