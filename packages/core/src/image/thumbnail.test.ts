import { expect, it } from 'vitest';
import { decodeImage } from './decode.ts';
import { encodePng } from './encode.ts';
import { thumbnail } from './thumbnail.ts';

const picture = (width: number, height: number) => {
  const data = new Uint8Array(width * height * 3).map((_, i) => [200, 40, 10][i % 3]!);
  return { width, height, data };
};

it('fits into the square, keeps shape and colour, and is small', async () => {
  const wide = picture(400, 200);
  for (const given of [wide, { name: 'a.png', bytes: async () => encodePng(wide) }]) {
    const bytes = await thumbnail(given, 100);
    const { width, height, data } = await decodeImage(bytes);
    expect([width, height]).toEqual([100, 50]);
    expect(Math.abs(data[0]! - 200) + Math.abs(data[1]! - 40) + Math.abs(data[2]! - 10)).toBeLessThan(20);
    expect(bytes.length).toBeLessThan(2000);
  }
});

it('enlarges nothing, and names the file that it cannot read', async () => {
  expect(await decodeImage(await thumbnail(picture(7, 9), 100))).toMatchObject({ width: 7, height: 9 });
  const broken = { name: 'broken.jpg', bytes: async () => new Uint8Array(4) };
  await expect(thumbnail(broken, 100)).rejects.toThrow('broken.jpg');
});
