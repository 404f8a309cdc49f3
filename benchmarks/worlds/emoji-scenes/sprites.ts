import type { Artwork } from './artwork.ts';
import type { Style } from './artwork-packages.ts';
import { spriteSize } from './sprite-file.ts';

/** Bytes of a texel: red, green, blue, alpha and tone; all but alpha are multiplied by alpha. */
export const channels = 5;

/** One size of a sprite, cropped to what is visible, with a border of one transparent texel all round. */
export interface Level {
  /** Without the border. */
  readonly width: number;
  readonly height: number;
  /** (height + 2, width + 2, 5). */
  readonly data: Uint8Array;
}

/** Sizes, largest first, each at least four fifths of the one before: bilinear sampling of the next larger one is then sharp. */
export type Ladder = readonly Level[];

const visibleAlpha = 24;
const rungs = [54, 44, 36, 30, 25, 21, 17, 14, 12, 10, 8];

const cache = new WeakMap<Artwork, Map<string, Ladder>>();

/** The sizes of one emoji, made at first use and kept as long as the artwork. */
export function ladderOf(artwork: Artwork, style: Style, emoji: string): Ladder {
  const ladders = cache.get(artwork) ?? new Map<string, Ladder>();
  cache.set(artwork, ladders);
  const key = `${style}/${emoji}`;
  const ladder = ladders.get(key) ?? buildLadder(artwork.picture(style, emoji));
  ladders.set(key, ladder);
  return ladder;
}

/** @param picture Premultiplied RGBA, (64, 64, 4). */
export function buildLadder(picture: Uint8Array): Ladder {
  const full = cropWithTone(picture);
  const longer = Math.max(full.width, full.height);
  const sizes = rungs.filter((rung) => rung <= longer * 0.9);
  return [full, ...sizes.map((rung) => shrink(full, rung / longer))];
}

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

function cropWithTone(picture: Uint8Array): Level {
  let [left, top, right, bottom] = [spriteSize, spriteSize, -1, -1];
  for (let y = 0; y < spriteSize; y++) {
    for (let x = 0; x < spriteSize; x++) {
      if (picture[(y * spriteSize + x) * 4 + 3]! < visibleAlpha) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  if (right < 0) [left, top, right, bottom] = [0, 0, spriteSize - 1, spriteSize - 1]; // an empty picture stays empty
  const plane = { width: right - left + 1, height: bottom - top + 1, data: new Float32Array(0) };
  plane.data = new Float32Array(plane.width * plane.height * channels);
  const gamma = toneGamma(picture);
  for (let y = 0, to = 0; y < plane.height; y++) {
    for (let x = 0; x < plane.width; x++, to += channels) {
      const from = ((y + top) * spriteSize + x + left) * 4;
      const alpha = picture[from + 3]!;
      for (let c = 0; c < 4; c++) plane.data[to + c] = picture[from + c]!;
      plane.data[to + 4] = alpha === 0 ? 0 : (luminance(picture, from) / alpha) ** gamma * alpha;
    }
  }
  return bordered(plane);
}

/** Luminance of a texel times its alpha, 0 to 255. */
function luminance(picture: Uint8Array, at: number): number {
  return Math.min(picture[at + 3]!, 0.299 * picture[at]! + 0.587 * picture[at + 1]! + 0.114 * picture[at + 2]!);
}

/** Power that brings the shape's mean luminance to the middle, so that a tint shows on a white ghost as on a black hat. */
function toneGamma(picture: Uint8Array): number {
  let light = 0;
  let weight = 0;
  for (let at = 0; at < picture.length; at += 4) {
    light += luminance(picture, at);
    weight += picture[at + 3]!;
  }
  const mean = Math.min(Math.max(light / Math.max(weight, 1), 0.02), 0.98);
  return Math.min(Math.max(Math.log(0.5) / Math.log(mean), 0.3), 8);
}

/** Area average: every texel of the source counts by the share of it that falls into the target's. */
function shrink(level: Level, scale: number): Level {
  const width = Math.max(1, Math.round(level.width * scale));
  const height = Math.max(1, Math.round(level.height * scale));
  const stride = (level.width + 2) * channels;
  const narrow = averageRuns(level.data, {
    runs: level.height,
    runStart: (row) => (row + 1) * stride + channels,
    step: channels,
    from: level.width,
    to: width,
  }); // (height of the source, width, 5)
  const data = averageRuns(narrow, {
    runs: width,
    runStart: (column) => column * channels,
    step: width * channels,
    from: level.height,
    to: height,
  }); // (width, height, 5)
  return bordered({ width, height, data: transposed(data, width, height) });
}

/** Averages each run of `from` texels down to `to`. @returns (runs, to, 5). */
function averageRuns(
  source: Uint8Array | Float32Array,
  shape: { runs: number; runStart: (run: number) => number; step: number; from: number; to: number },
): Float32Array {
  const { runs, runStart, step, from, to } = shape;
  const result = new Float32Array(runs * to * channels);
  const span = from / to;
  for (let run = 0, at = 0; run < runs; run++) {
    const start = runStart(run);
    for (let cell = 0; cell < to; cell++, at += channels) {
      const low = cell * span;
      const high = Math.min(low + span, from);
      for (let i = Math.floor(low); i < high; i++) {
        const share = (Math.min(i + 1, high) - Math.max(i, low)) / (high - low);
        for (let c = 0; c < channels; c++) result[at + c]! += source[start + i * step + c]! * share;
      }
    }
  }
  return result;
}

/** (width, height, 5) to (height, width, 5). */
function transposed(data: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++)
        result[(y * width + x) * channels + c] = data[(x * height + y) * channels + c]!;
    }
  }
  return result;
}

function bordered({ width, height, data }: Plane): Level {
  const framed = new Uint8Array((width + 2) * (height + 2) * channels);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width * channels, (y + 1) * width * channels);
    framed.set(row.map(Math.round), ((y + 1) * (width + 2) + 1) * channels);
  }
  return { width, height, data: framed };
}
