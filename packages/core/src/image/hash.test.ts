import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Pixels } from '../pair.ts';
import { Random } from '../random.ts';
import { decodeImage } from './decode.ts';
import { mirror } from './edit.ts';
import { encodeJpeg, encodePng } from './encode.ts';
import { hammingDistance, hashBytes, hashPixels, perceptualHash } from './hash.ts';

/** Random soft blobs: something like a photograph. */
function picture(seed: number, width = 96, height = 80): Pixels {
  const random = new Random('picture', seed);
  const blobs = Array.from({ length: 6 }, () => [
    random.float(),
    random.float(),
    0.1 + random.float() / 3,
    random.below(256),
  ]);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    let value = 40;
    for (const [x = 0, y = 0, r = 1, level = 0] of blobs) {
      value += level * Math.exp(-(((i % width) / width - x) ** 2 + (Math.floor(i / width) / height - y) ** 2) / r ** 2);
    }
    data.fill(Math.min(255, value), i * 3, i * 3 + 3);
  }
  return { width, height, data };
}

describe('hashes', () => {
  test('sha256 of nothing is the known one', () => {
    expect(hashBytes('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test('a losslessly re-encoded picture has the same pixel hash and other bytes', async () => {
    const png = await encodePng(picture(1));
    const webp = await sharp(png).webp({ lossless: true }).toBuffer();
    expect(hashBytes(webp)).not.toBe(hashBytes(png));
    expect(hashPixels(await decodeImage(webp))).toBe(hashPixels(picture(1)));
  });

  test('the pixel hash tells two shapes with the same bytes apart', () => {
    const data = new Uint8Array(24);
    expect(hashPixels({ width: 2, height: 4, data })).not.toBe(hashPixels({ width: 4, height: 2, data }));
  });

  test('the perceptual hash survives compression and scaling, and tells pictures apart', async () => {
    const hashes: string[] = [];
    for (let seed = 0; seed < 8; seed++) {
      const original = picture(seed);
      const hash = perceptualHash(original);
      expect(hash).toMatch(/^[0-9a-f]{16}$/);
      const small = await sharp(await encodePng(original))
        .resize(48, 40)
        .jpeg({ quality: 60 })
        .toBuffer();
      expect(hammingDistance(hash, perceptualHash(await decodeImage(small)))).toBeLessThanOrEqual(3);
      const jpeg = await decodeImage(await encodeJpeg(original, 50));
      expect(hammingDistance(hash, perceptualHash(jpeg))).toBeLessThanOrEqual(3);
      expect(hammingDistance(hash, perceptualHash(mirror(original)))).toBeGreaterThan(10);
      for (const other of hashes) expect(hammingDistance(hash, other)).toBeGreaterThan(6);
      hashes.push(hash);
    }
  });

  test('pictures smaller than the grid have a hash too', () => {
    expect(perceptualHash({ width: 1, height: 1, data: Uint8Array.of(9, 9, 9) })).toBe('0000000000000000');
    expect(perceptualHash(picture(3, 5, 90))).toMatch(/^[0-9a-f]{16}$/);
  });

  test('the distance counts differing bits', () => {
    expect(hammingDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
    expect(hammingDistance('8000000000000001', '0000000000000000')).toBe(2);
    expect(hammingDistance('0123456789abcdef', '0123456789abcdef')).toBe(0);
  });
});
