import { describe, expect, test } from 'vitest';
import { clipFit, crop, fitGeometry, fitImage } from './preprocess.ts';

describe('fitGeometry', () => {
  test('follows torchvision: the long side is truncated, half crops round to even', () => {
    expect(fitGeometry(640, 480, 224)).toMatchObject({ width: 298, height: 224, window: { left: 37, top: 0 } });
    expect(fitGeometry(480, 641, 224)).toMatchObject({ width: 224, height: 299, window: { left: 0, top: 38 } });
    expect(fitGeometry(225, 224, 224)).toMatchObject({ width: 225, window: { left: 0 } });
    expect(fitGeometry(227, 224, 224)).toMatchObject({ width: 227, window: { left: 2 } });
    expect(fitGeometry(229, 224, 224)).toMatchObject({ width: 229, window: { left: 2 } });
  });

  test('the window lies within the resized picture, whatever its shape, and fills the square in every mode but one', () => {
    for (const [width, height] of [
      [1, 50_000],
      [50_000, 1],
      [3, 100],
      [1, 1],
      [7, 5],
    ] as const) {
      for (const size of [1, 32, 56]) {
        for (const resizeMode of ['shortest', 'squash', 'longest'] as const) {
          const { window, ...fit } = fitGeometry(width, height, size, { ...clipFit, resizeMode });
          expect(window.left).toBeGreaterThanOrEqual(0);
          expect(window.top).toBeGreaterThanOrEqual(0);
          expect(window.left + window.width).toBeLessThanOrEqual(fit.width);
          expect(window.top + window.height).toBeLessThanOrEqual(fit.height);
          if (resizeMode !== 'longest') expect([window.width, window.height]).toEqual([size, size]);
          expect(fit.left + window.width).toBeLessThanOrEqual(size);
          expect(fit.top + window.height).toBeLessThanOrEqual(size);
        }
      }
    }
  });

  test('follows transformers where it is told to: half margins go down', () => {
    expect(fitGeometry(227, 224, 224, { ...clipFit, cropRounding: 'down' }).window).toMatchObject({ left: 1, top: 0 });
  });

  test('resizes to more than the crop where it is told to', () => {
    const { width, height, window } = fitGeometry(640, 480, 224, { ...clipFit, edge: 256 });
    expect([width, height]).toEqual([341, 256]);
    expect(window).toEqual({ left: 58, top: 16, width: 224, height: 224 });
  });

  test('squash forgets the aspect, longest keeps all of the picture', () => {
    expect(fitGeometry(640, 480, 224, { ...clipFit, resizeMode: 'squash' })).toMatchObject({ width: 224, height: 224 });
    const longest = fitGeometry(640, 481, 224, { ...clipFit, resizeMode: 'longest' });
    expect(longest).toMatchObject({ width: 224, height: 168, left: 0, top: 28 });
  });
});

describe('fitImage', () => {
  test('lays what is too narrow on a border of the level that is asked for', async () => {
    const pixels = { width: 2, height: 1, data: Uint8Array.from([1, 2, 3, 4, 5, 6]) };
    const { data } = await fitImage(pixels, 2, { ...clipFit, resizeMode: 'longest', fill: 9 });
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6, 9, 9, 9, 9, 9, 9]);
  });

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
