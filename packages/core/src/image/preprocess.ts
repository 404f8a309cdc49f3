import { native } from '../native.ts';
import type { Pixels } from '../pair.ts';

/** How a picture of any size is brought to a tower's square. */
export interface Fit {
  /**
   * `shortest`: the shorter side to the size, then the centre crop (CLIP). `squash`: both sides to the size, whatever the
   * aspect (SigLIP). `longest`: the longer side to the size, then a border of `fill`.
   */
  readonly resizeMode: 'shortest' | 'squash' | 'longest';
  readonly interpolation: 'nearest' | 'bilinear' | 'bicubic';
  /** What the side is resized to where it is more than the crop, in pixels; null: the tower's size. Not for `longest`. */
  readonly edge: number | null;
  /** Where half the margin of the crop is no whole number: down (transformers), or to the even one (torchvision, open_clip). */
  readonly cropRounding: 'down' | 'even';
  /** Level of the border, 0–255. */
  readonly fill: number;
}

/** How pictures are prepared for a tower: fitted, then normalised to (level / 255 − mean) / std. */
export interface Preprocess extends Fit {
  /** Of RGB in 0–1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** CLIP's, with the rounding of open_clip. */
export const clipFit: Fit = {
  resizeMode: 'shortest',
  interpolation: 'bicubic',
  edge: null,
  cropRounding: 'even',
  fill: 0,
};

const largeBytes = 2 ** 25;

/** Where a picture goes: resized to `width`×`height`, of which `window` is kept and laid into the square. */
export interface FitGeometry {
  readonly width: number;
  readonly height: number;
  /** Within the resized picture. */
  readonly window: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** Where the window lies in the square. */
  readonly left: number;
  readonly top: number;
}

/** Sizes and offsets with the rounding of Pillow's callers: transformers, torchvision, open_clip. */
export function fitGeometry(width: number, height: number, size: number, fit: Fit = clipFit): FitGeometry {
  const resized = resizedSize(width, height, size, fit);
  const half = fit.cropRounding === 'down' ? Math.floor : roundHalfEven;
  const [across, down] = [resized.width - size, resized.height - size];
  return {
    ...resized,
    window: {
      left: across > 0 ? half(across / 2) : 0,
      top: down > 0 ? half(down / 2) : 0,
      width: Math.min(size, resized.width),
      height: Math.min(size, resized.height),
    },
    left: across < 0 ? Math.floor(-across / 2) : 0,
    top: down < 0 ? Math.floor(-down / 2) : 0,
  };
}

function resizedSize(width: number, height: number, size: number, { resizeMode, edge }: Fit) {
  const side = edge ?? size;
  if (resizeMode === 'squash') return { width: side, height: side };
  if (resizeMode === 'longest') {
    const ratio = Math.max(width / size, height / size);
    const scaled = (length: number) => Math.max(1, roundHalfEven(length / ratio));
    return { width: scaled(width), height: scaled(height) };
  }
  const shorter = Math.min(width, height);
  const scaled = (length: number) => (length === shorter ? side : Math.trunc((side * length) / shorter));
  return { width: scaled(width), height: scaled(height) };
}

/**
 * Preprocessing up to normalisation, exactly as Pillow 13 resizes (through the addon; older versions, and torchvision, differ
 * where a picture is more than twice as high as wide). A picture that has the size already is returned as it is, without the addon.
 * @returns (size, size, 3)
 */
export async function fitImage(pixels: Pixels, size: number, fit: Fit = clipFit): Promise<Pixels> {
  const { width, height, window, left, top } = fitGeometry(pixels.width, pixels.height, size, fit);
  const unchanged = pixels.width === width && pixels.height === height;
  const kept = unchanged
    ? crop(pixels, window)
    : {
        width: window.width,
        height: window.height,
        data: await resize(pixels, { height, width, window, interpolation: fit.interpolation }),
      };
  return kept.width === size && kept.height === size ? kept : surround(kept, { left, top }, size, fit.fill);
}

type Resize = Pick<FitGeometry, 'width' | 'height' | 'window'> & Pick<Fit, 'interpolation'>;

/** The addon works on a copy: of a large picture it is given some rows after the other. */
async function resize(pixels: Pixels, wanted: Resize): Promise<Uint8Array> {
  const addon = await native();
  const { width, height, window, interpolation } = wanted;
  // Otherwise the columns come first, and rows cannot be worked on apart.
  const rowsFirst = pixels.height - height <= 2 * (pixels.width - width);
  if (pixels.data.byteLength < largeBytes || !rowsFirst || interpolation === 'nearest') {
    return addon.resize(pixels.data, pixels.height, pixels.width, wanted);
  }
  const narrow = new Uint8Array(pixels.height * window.width * 3); // (height, window.width, 3)
  const atOnce = Math.max(1, Math.floor(largeBytes / 2 / (pixels.width * 3)));
  for (let top = 0; top < pixels.height; top += atOnce) {
    const rows = Math.min(atOnce, pixels.height - top);
    const strip = pixels.data.subarray(top * pixels.width * 3, (top + rows) * pixels.width * 3);
    const all = { left: window.left, top: 0, width: window.width, height: rows };
    const made = await addon.resize(strip, rows, pixels.width, { height: rows, width, window: all, interpolation });
    narrow.set(made, top * window.width * 3);
  }
  const kept = { left: 0, top: window.top, width: window.width, height: window.height };
  return addon.resize(narrow, pixels.height, window.width, {
    height,
    width: window.width,
    window: kept,
    interpolation,
  });
}

/** @param box Must lie within the picture. */
export function crop(pixels: Pixels, box: { left: number; top: number; width: number; height: number }): Pixels {
  if (box.width === pixels.width && box.height === pixels.height) return pixels;
  const data = new Uint8Array(box.width * box.height * 3);
  for (let y = 0; y < box.height; y++) {
    const start = ((box.top + y) * pixels.width + box.left) * 3;
    data.set(pixels.data.subarray(start, start + box.width * 3), y * box.width * 3);
  }
  return { width: box.width, height: box.height, data };
}

/** Lays a picture on a square of one level. */
function surround(pixels: Pixels, at: { left: number; top: number }, size: number, fill: number): Pixels {
  const data = new Uint8Array(size * size * 3).fill(fill);
  const row = pixels.width * 3;
  for (let y = 0; y < pixels.height; y++) {
    data.set(pixels.data.subarray(y * row, (y + 1) * row), ((at.top + y) * size + at.left) * 3);
  }
  return { width: size, height: size, data };
}

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}
