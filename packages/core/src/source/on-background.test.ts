import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage } from '../image/decode.ts';
import { defineSource } from './define-source.ts';
import { onBackground } from './on-background.ts';

/** Red, half of it transparent over black. */
function half() {
  const data = Buffer.from(
    Array.from({ length: 64 }, (_, at) => (at % 8 < 4 ? [255, 0, 0, 255] : [0, 0, 0, 0])).flat(),
  );
  return sharp(data, { raw: { width: 8, height: 8, channels: 4 } });
}

async function laid(bytes: Uint8Array, background: 'white' | 'black'): Promise<Uint8Array> {
  const records = [{ id: 'a', image: { name: 'a', bytes: async () => bytes } }];
  const source = defineSource({ name: 'x', settings: 1, records: () => records });
  expect(onBackground(source, background).settings).toEqual({ background, source: 1 });
  const [record] = await Array.fromAsync(onBackground(source, background).records());
  return record!.image!.bytes();
}

const corners = ({ data }: { data: Uint8Array }) => [[...data.subarray(0, 3)], [...data.subarray(21, 24)]];

test.each([
  ['RGBA', () => half().png()],
  ['RGBA of 16 bits', () => half().toColourspace('rgb16').png()],
  ['a palette', () => half().png({ palette: true })],
  ['GIF', () => half().gif()],
  ['WebP', () => half().webp({ lossless: true })],
])('%s with transparency is laid on the background', async (_, make) => {
  const bytes = await make().toBuffer();
  const red = [255, 0, 0];
  expect(corners(await decodeImage(await laid(bytes, 'white')))).toEqual([red, [255, 255, 255]]);
  expect(corners(await decodeImage(await laid(bytes, 'black')))).toEqual([red, [0, 0, 0]]);
});

test('grey with transparency is, too', async () => {
  const bytes = await half().greyscale().png().toBuffer();
  const [left, right] = corners(await decodeImage(await laid(bytes, 'white')));
  expect(right).toEqual([255, 255, 255]);
  expect(new Set(left).size).toBe(1);
  expect(left![0]).toBeLessThan(200);
});

test('opaque pictures and what is no picture keep their bytes', async () => {
  const opaque = await half().removeAlpha().jpeg().toBuffer();
  const cut = (await half().png().toBuffer()).subarray(0, 60);
  for (const bytes of [opaque, cut, Buffer.from('<svg/>'), Buffer.alloc(0)])
    expect(await laid(bytes, 'white')).toBe(bytes);
});
