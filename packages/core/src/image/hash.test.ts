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

/** What `perceptualHash` says it is, step by step: every pixel's share in every cell, then the whole cosine transform. */
function plainPerceptualHash({ width, height, data }: Pixels): string {
  const shared = (length: number, cell: number, at: number) =>
    (Math.max(0, Math.min(at + 1, ((cell + 1) * length) / 32) - Math.max(at, (cell * length) / 32)) * 32) / length;
  const along = (length: number) =>
    Array.from({ length: 8 * length }, (_, i) => {
      const wave = (cell: number) => Math.cos((Math.PI * Math.floor(i / length) * (2 * cell + 1)) / 64);
      let sum = 0;
      for (let cell = 0; cell < 32; cell++) sum += shared(length, cell, i % length) * wave(cell);
      return sum;
    });
  const [across, down] = [along(width), along(height)];
  const low = new Array<number>(64).fill(0);
  for (let y = 0; y < height; y++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
        sum += across[u * width + x]! * (0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!);
      }
      for (let v = 0; v < 8; v++) low[v * 8 + u]! += sum * down[v * height + y]!;
    }
  }
  const median = low.slice(1).sort((a, b) => a - b)[31]!;
  const bits = low.map((value, i) => (i > 0 && value > median + 1e-3 ? 1 : 0)).join('');
  return bits.replace(/.{4}/g, (four) => Number.parseInt(four, 2).toString(16));
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

  test('the perceptual hash is the one that is counted pixel by pixel, whatever the size and wherever the pixels lie', () => {
    const random = new Random('sizes', 0);
    const sizes = [
      [640, 48],
      [33, 31],
      [40_000, 2],
      ...Array.from({ length: 12 }, () => [random.below(200), random.below(90)]),
    ];
    for (const [k, [across = 0, down = 0]] of sizes.entries()) {
      const [width, height] = [across + 1, down + 1];
      const memory = new Uint8Array(width * height * 3 + 3);
      const data = memory.subarray(k % 4, (k % 4) + width * height * 3);
      // From dark to as bright as can be, so that a sum that is too large for its bits would show.
      for (let at = 0; at < data.length; at++) {
        const x = Math.floor(at / 3) % width;
        data[at] = Math.round((x * 215) / width) + 40 - random.below(1 + (x % 40));
      }
      expect(perceptualHash({ width, height, data })).toBe(plainPerceptualHash({ width, height, data }));
    }
  });

  test('the distance counts differing bits', () => {
    expect(hammingDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
    expect(hammingDistance('8000000000000001', '0000000000000000')).toBe(2);
    expect(hammingDistance('0123456789abcdef', '0123456789abcdef')).toBe(0);
  });
});
