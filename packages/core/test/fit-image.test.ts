import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fitImage } from '../src/image/preprocess.ts';
import type { Pixels } from '../src/pair.ts';

interface Golden {
  width: number;
  height: number;
  size: number;
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
    '$width×$height to $size is what Pillow 12 makes of it',
    async ({ width, height, size, pixels }) => {
      const expected = Buffer.from(pixels, 'base64');
      const fitted = await fitImage(picture(width, height), size);
      expect([fitted.width, fitted.height, fitted.data.length]).toEqual([size, size, expected.length]);
      const differences = [...expected].map((level, index) => Math.abs(level - fitted.data[index]!));
      // Each of the two passes rounds on its own: two levels at most, and hardly ever.
      expect(Math.max(...differences)).toBeLessThanOrEqual(2);
      expect(differences.filter((difference) => difference > 1).length).toBeLessThan(differences.length / 100);
    },
  );

  test('a picture far longer than wide is cut before it is enlarged', async () => {
    const fitted = await fitImage(picture(1, 20_000), 64);
    expect([fitted.width, fitted.height, fitted.data.length]).toEqual([64, 64, 64 * 64 * 3]);
  });
});
