import { native } from '../native.ts';
import type { Pixels } from '../pair.ts';

/** Longer sides than this times the shorter one are cut off before the resize, or a 1×50,000 picture would need gigabytes. */
const maxAspect = 16;

/** `shortest`: the shorter side to the size, then the centre crop (CLIP). `squash`: both sides, whatever the aspect (SigLIP). */
export type ResizeMode = 'shortest' | 'squash';

export interface FitGeometry {
  /** Part of the picture that is resized. */
  readonly source: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly width: number;
  readonly height: number;
  /** Offset of the size×size crop in the resized picture. */
  readonly left: number;
  readonly top: number;
}

/** Sizes of CLIP's preprocessing, with torchvision's rounding: the long side is truncated, half crops go to the even number. */
export function fitGeometry(width: number, height: number, size: number): FitGeometry {
  const longest = Math.min(width, height) * maxAspect;
  const source = {
    left: Math.max(0, Math.floor((width - longest) / 2)),
    top: Math.max(0, Math.floor((height - longest) / 2)),
    width: Math.min(width, longest),
    height: Math.min(height, longest),
  };
  const shorter = Math.min(source.width, source.height);
  const resizedWidth = Math.trunc((size * source.width) / shorter);
  const resizedHeight = Math.trunc((size * source.height) / shorter);
  return {
    source,
    width: resizedWidth,
    height: resizedHeight,
    left: roundHalfEven((resizedWidth - size) / 2),
    top: roundHalfEven((resizedHeight - size) / 2),
  };
}

/**
 * CLIP's preprocessing up to normalisation: shorter side to `size` by antialiased bicubic (through the addon, within two levels
 * of Pillow 12), then the centre crop. A picture that has the size already is returned as it is, without the addon.
 * @returns (size, size, 3)
 */
export async function fitImage(pixels: Pixels, size: number, mode: ResizeMode = 'shortest'): Promise<Pixels> {
  if (pixels.width === size && pixels.height === size) return pixels;
  if (mode === 'squash') {
    const data = await (await native()).resize(pixels.data, pixels.height, pixels.width, size, size);
    return { width: size, height: size, data };
  }
  const { source, width, height, left, top } = fitGeometry(pixels.width, pixels.height, size);
  const cut = crop(pixels, source);
  const unchanged = cut.width === width && cut.height === height;
  const data = unchanged ? cut.data : await (await native()).resize(cut.data, cut.height, cut.width, height, width);
  return crop({ width, height, data }, { left, top, width: size, height: size });
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

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}
