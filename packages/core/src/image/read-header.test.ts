import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readHeader } from './read-header.ts';

const picture = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 9, g: 99, b: 199, alpha: 1 } } });

test('says what libvips says of PNG and JPEG of every kind', async () => {
  const files = [
    await picture(31, 17).png().toBuffer(),
    await picture(5, 300, 4).png({ palette: true }).toBuffer(),
    await picture(31, 17).jpeg().toBuffer(),
    await picture(640, 3).jpeg({ progressive: true }).toBuffer(),
    await picture(20, 30).greyscale().jpeg().toBuffer(),
    await picture(20, 30).toColourspace('cmyk').jpeg().toBuffer(),
    await picture(20, 30)
      .withMetadata({ exif: { IFD0: { Copyright: 'x'.repeat(3000) } } })
      .jpeg()
      .toBuffer(),
  ];
  for (const bytes of files) {
    const { width, height, channels, format } = await sharp(bytes).metadata();
    expect(readHeader(bytes)).toEqual({ width, height, components: format === 'jpeg' ? channels : null });
  }
});

test('gives nothing for other formats and for what is cut off, wherever', async () => {
  expect(readHeader(await picture(9, 9).webp().toBuffer())).toBeNull();
  expect(readHeader(new Uint8Array())).toBeNull();
  const whole = await picture(31, 17).jpeg().toBuffer();
  const frame = whole.indexOf(Buffer.from([0xff, 0xc0]));
  for (let length = 0; length < frame + 10; length++) expect(readHeader(whole.subarray(0, length))).toBeNull();
  expect(readHeader(Uint8Array.from([0xff, 0xd8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]))).toBeNull();
});
