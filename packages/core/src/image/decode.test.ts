import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import goldens from '../../test/fixtures/decode.json' with { type: 'json' };
import { decodeImage, release } from './decode.ts';

const red = { r: 255, g: 0, b: 0 };

/** Red on the left, blue on the right. */
function halves(width = 40, height = 20) {
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) data[i * 3 + (i % width < width / 2 ? 0 : 2)] = 255;
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function pixel(pixels: { width: number; data: Uint8Array }, x: number, y: number): number[] {
  return [...pixels.data.subarray((y * pixels.width + x) * 3, (y * pixels.width + x) * 3 + 3)];
}

describe('decodeImage', () => {
  test.each(['png', 'jpeg', 'webp', 'tiff', 'gif', 'avif'] as const)('reads %s as RGB', async (format) => {
    const pixels = await decodeImage(await halves().toFormat(format, { quality: 100 }).toBuffer());
    expect([pixels.width, pixels.height, pixels.data.length]).toEqual([40, 20, 40 * 20 * 3]);
    expect(pixel(pixels, 2, 10)[0]).toBeGreaterThan(240);
    expect(pixel(pixels, 37, 10)[2]).toBeGreaterThan(240);
  });

  test('turns a picture as its EXIF orientation says', async () => {
    const bytes = await halves().withMetadata({ orientation: 6 }).png().toBuffer();
    const pixels = await decodeImage(bytes);
    expect([pixels.width, pixels.height]).toEqual([20, 40]);
    expect(pixel(pixels, 10, 2)).toEqual([255, 0, 0]);
    expect(pixel(pixels, 10, 37)).toEqual([0, 0, 255]);
  });

  test.each(goldens)("$name is what Pillow's convert('RGB') makes of it", async ({ bytes, rgb }) => {
    const { data } = await decodeImage(Buffer.from(bytes, 'base64'));
    expect(Buffer.from(data).toString('base64')).toBe(rgb);
  });

  test('brings greyscale, palette, 16 bits and CMYK to 8-bit RGB', async () => {
    const grey = await decodeImage(await halves().greyscale().png().toBuffer());
    expect(new Set(pixel(grey, 1, 1)).size).toBe(1);
    const palette = await decodeImage(await halves().png({ palette: true }).toBuffer());
    expect(pixel(palette, 1, 1)).toEqual([255, 0, 0]);
    const deep = await decodeImage(await halves().toColourspace('rgb16').png().toBuffer());
    expect(pixel(deep, 1, 1)).toEqual([255, 0, 0]);
    const greyDeep = await decodeImage(await halves().toColourspace('grey16').png().toBuffer());
    expect(greyDeep.data.length).toBe(40 * 20 * 3);
    expect(Math.max(...greyDeep.data)).toBeLessThanOrEqual(255);
    const [r = 0, g = 0, b = 0] = pixel(
      await decodeImage(await halves().toColourspace('cmyk').jpeg().toBuffer()),
      2,
      2,
    );
    expect(r).toBeGreaterThan(g + 80);
    expect(r).toBeGreaterThan(b + 80);
  });

  test('takes the first frame of an animation', async () => {
    const frames = [red, { r: 0, g: 0, b: 255 }].map((background) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer(),
    );
    const bytes = await sharp(await Promise.all(frames), { join: { animated: true } })
      .gif()
      .toBuffer();
    const pixels = await decodeImage(bytes);
    expect([pixels.width, pixels.height]).toEqual([8, 8]);
    expect(pixel(pixels, 4, 4)).toEqual([255, 0, 0]);
  });

  test('keeps PNG pixels exactly, whatever the colour profile says', async () => {
    const bytes = await halves().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(Buffer.from((await decodeImage(bytes)).data).equals(stored)).toBe(true);
  });

  test.each([
    ['an empty file', Buffer.alloc(0), 'the file is empty'],
    ['text', Buffer.from('hello'), 'expected a JPEG, PNG, WebP, GIF, AVIF or TIFF picture, received something else'],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'received SVG'],
    ['SVG behind a comment', Buffer.from('<?xml version="1.0"?><!-- x --><svg width="9" height="9"/>'), 'received SVG'],
    ['a web page', Buffer.from('<!DOCTYPE html><html></html>'), 'received HTML'],
  ])('refuses %s by name', async (_, bytes, reason) => {
    const refused = expect(decodeImage(bytes, 'photos/a.jpg')).rejects;
    await refused.toMatchObject({ code: 'image-unreadable', details: { name: 'photos/a.jpg' } });
    await expect(decodeImage(bytes, 'photos/a.jpg')).rejects.toThrow(`photos/a.jpg cannot be decoded: `);
    await expect(decodeImage(bytes, 'photos/a.jpg')).rejects.toThrow(reason);
  });

  test('refuses a picture that is cut off', async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256));
    const bytes = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    await expect(decodeImage(bytes.subarray(0, bytes.length / 2), 'a.jpg')).rejects.toMatchObject({
      code: 'image-unreadable',
    });
  });

  test('says the same of a damaged file whatever is decoded beside it', async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256));
    const image = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
    const files = [await image.png().toBuffer(), await image.jpeg().toBuffer(), await image.webp().toBuffer()].flatMap(
      (whole) => [whole.subarray(0, 30), whole.subarray(0, whole.length / 2)],
    );
    const said = (bytes: Uint8Array) => decodeImage(bytes, 'a').catch((error: Error) => error.message);
    const alone: unknown[] = [];
    for (const bytes of files) alone.push(await said(bytes));
    expect(alone).toEqual(alone.map(() => expect.stringMatching(/its (header|data) is damaged or cut off/)));
    for (let round = 0; round < 20; round++) expect(await Promise.all(files.map(said))).toEqual(alone);
  });

  test('gives the memory of a large picture back, but not what was made of it', () => {
    const large = { width: 4096, height: 2048, data: new Uint8Array(4096 * 2048 * 3) };
    release(large, large);
    expect(large.data.length).toBe(4096 * 2048 * 3);
    release(large, { width: 1, height: 1, data: new Uint8Array(3) });
    expect(large.data.length).toBe(0);
  });

  test('refuses a small file that claims to be huge', async () => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: red } })
      .png()
      .toBuffer();
    const huge = Buffer.from(bytes);
    huge.writeUInt32BE(30_000, 16);
    huge.writeUInt32BE(30_000, 20);
    huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
    await expect(decodeImage(huge, 'bomb.png')).rejects.toThrow(/^bomb.png cannot be decoded: .*pixel limit/);
  });
});
