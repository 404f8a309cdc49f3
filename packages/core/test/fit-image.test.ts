import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { clipFit, type Fit, fitImage } from '../src/image/preprocess.ts';
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
