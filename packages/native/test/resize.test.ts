import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadBinding, type NativeResize } from '../lib/index.ts';

const binding = await loadBinding();

const golden = JSON.parse(readFileSync(new URL('./golden/resize.json', import.meta.url), 'utf8')) as {
  interpolation: NativeResize['interpolation'];
  from: [number, number];
  to: [number, number];
  sha256: string;
}[];

/** The same whole numbers as in make-resize-golden.py. */
function picture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    const blue = (Math.floor(x / 5) + Math.floor(y / 3)) % 2 ? 255 : 20;
    return [(x * 37 + y * 11) % 256, (x * y * 7) % 256, blue][at % 3]!;
  });
}

function resize(
  [width, height]: readonly [number, number],
  to: readonly [number, number],
  interpolation: NativeResize['interpolation'] = 'bicubic',
  window: NativeResize['window'] = { left: 0, top: 0, width: to[0], height: to[1] },
): Promise<Uint8Array> {
  return binding.resize(picture(width, height), height, width, { width: to[0], height: to[1], window, interpolation });
}

it.each(golden)(
  'is Pillow level by level: $interpolation, $from to $to',
  async ({ from, to, interpolation, sha256 }) => {
    const resized = await resize(from, to, interpolation);
    expect(createHash('sha256').update(resized).digest('hex')).toBe(sha256);
  },
);

it.each(['nearest', 'bilinear', 'bicubic'] as const)('a window is a part of the whole: %s', async (interpolation) => {
  for (const [from, to] of [
    [
      [37, 23],
      [20, 30],
    ],
    [
      [20, 90],
      [33, 40],
    ],
  ] as const) {
    const window = { left: 3, top: 5, width: 11, height: 7 };
    const whole = await resize(from, to, interpolation);
    const rows = Array.from({ length: window.height }, (_, y) => {
      const start = ((window.top + y) * to[0] + window.left) * 3;
      return [...whole.subarray(start, start + window.width * 3)];
    });
    expect([...(await resize(from, to, interpolation, window))]).toEqual(rows.flat());
  }
});

it('leaves a picture of the wanted size as it is', async () => {
  expect(await resize([32, 24], [32, 24])).toEqual(picture(32, 24));
});

it('takes a small window of a picture that would be huge', async () => {
  const window = { left: 0, top: 11_199_888, width: 224, height: 224 };
  expect(await resize([1, 50_000], [224, 11_200_112], 'bicubic', window)).toHaveLength(224 * 224 * 3);
});

it.each([
  [{ height: 0 }, /resize.height/],
  [{ window: { left: 0, top: 0, width: 5, height: 6 } }, /resize.window.height/],
  [{ window: { left: 1, top: 0, width: 5, height: 5 } }, /resize.window.left/],
  [{ interpolation: 'lanczos' as never }, /resize.interpolation/],
])('refuses %j', async (change, message) => {
  const window = { left: 0, top: 0, width: 5, height: 5 };
  const wanted: NativeResize = { height: 5, width: 5, window, interpolation: 'bicubic', ...change };
  await expect((async () => binding.resize(picture(8, 8), 8, 8, wanted))()).rejects.toThrow(message);
});
