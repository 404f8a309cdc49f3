import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage } from '../image/decode.ts';
import { defineSource } from './define-source.ts';
import { inSrgb } from './in-srgb.ts';

const colour = [90, 140, 90];
const picture = () => sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 90, g: 140, b: 90 } } });

async function converted(bytes: Uint8Array): Promise<Uint8Array> {
  const records = [{ id: 'a', image: { name: 'a', bytes: async () => bytes } }];
  const source = inSrgb(defineSource({ name: 'x', settings: 1, records: () => records }));
  expect(source.settings).toEqual({ profiles: 'srgb', source: 1 });
  const [record] = await Array.fromAsync(source.records());
  return record!.image!.bytes();
}

const firstPixel = async (bytes: Uint8Array) => [...(await decodeImage(bytes)).data.subarray(0, 3)];
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, k) => Math.abs(value - b[k]!)));

test.each([
  ['Display P3', () => picture().withIccProfile('p3').png(), 2],
  ['Display P3 as JPEG', () => picture().withIccProfile('p3').jpeg({ quality: 100 }), 3],
  ['inks', () => picture().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 100 }), 16],
])('%s with its profile comes to what it looks like', async (_, make, near) => {
  const bytes = await make().toBuffer();
  expect(distance(await firstPixel(bytes), colour)).toBeGreaterThan(near);
  expect(distance(await firstPixel(await converted(bytes)), colour)).toBeLessThanOrEqual(near);
});

test('pictures without a profile and what is no picture keep their bytes', async () => {
  const cut = (await picture().withIccProfile('p3').png().toBuffer()).subarray(0, 60);
  for (const bytes of [await picture().jpeg().toBuffer(), cut, Buffer.from('<svg/>'), Buffer.alloc(0)])
    expect(await converted(bytes)).toBe(bytes);
});
