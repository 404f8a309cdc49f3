import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { clipFit, crop, type Fit, fitGeometry, fitImage } from '../src/image/preprocess.ts';
import { native } from '../src/native.ts';
import type { Pixels } from '../src/pair.ts';

interface Golden {
  width: number;
  height: number;
  size: number;
  fit: Partial<Fit>;
  pixels: string;
}

const goldens: Golden[] = JSON.parse(readFileSync(new URL('fixtures/fit-image.json', import.meta.url), 'utf8'));

/** The picture of fixtures/fit_image.py. */
function picture(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const blue = (Math.floor(x / 5) + Math.floor(y / 3)) % 2 ? 255 : 20;
      data.set([(x * 37 + y * 11) % 256, (x * y * 7) % 256, blue], (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

describe('fitImage', () => {
  test.each(goldens)(
    '$width×$height to $size, $fit, is what Pillow makes of it, level by level',
    async ({ width, height, size, fit, pixels }) => {
      const fitted = await fitImage(picture(width, height), size, { ...clipFit, ...fit });
      expect([fitted.width, fitted.height]).toEqual([size, size]);
      expect(Buffer.from(fitted.data).toString('base64')).toBe(pixels);
    },
  );

  test('a picture far longer than wide costs no more than its middle', async () => {
    const fitted = await fitImage(picture(1, 20_000), 64);
    expect([fitted.width, fitted.height, fitted.data.length]).toEqual([64, 64, 64 * 64 * 3]);
  });
});

test.each([
  ['bicubic', 4200, 3100],
  ['bilinear', 3100, 4200],
  ['bicubic', 900, 13_000],
  ['nearest', 3500, 3600],
] as const)(
  'a large picture is fitted in parts to what it is fitted to whole: %s, %i × %i',
  async (interpolation, width, height) => {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 2654435761) >>> 23);
    for (const resizeMode of ['shortest', 'squash', 'longest'] as const) {
      const fit = { ...clipFit, resizeMode, interpolation };
      const { window, left, top, ...size } = fitGeometry(width, height, 48, fit);
      const whole = await (await native()).resize(data, height, width, { ...size, window, interpolation });
      const fitted = await fitImage({ width, height, data }, 48, fit);
      const kept = crop(fitted, { left, top, width: window.width, height: window.height });
      expect(Buffer.from(kept.data).equals(Buffer.from(whole))).toBe(true);
    }
  },
);
