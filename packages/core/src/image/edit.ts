import type { Pixels } from '../pair.ts';

/** Left becomes right. */
export function mirror({ width, height, data }: Pixels): Pixels {
  const mirrored = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + (width - 1 - x)) * 3;
      mirrored[to] = data[from]!;
      mirrored[to + 1] = data[from + 1]!;
      mirrored[to + 2] = data[from + 2]!;
    }
  }
  return { width, height, data: mirrored };
}

/** Hue in degrees (from may be negative, so that red is one range), saturation and value 0–1. */
interface ColourBox {
  readonly hue: readonly [from: number, to: number];
  readonly saturation: readonly [from: number, to: number];
  readonly value: readonly [from: number, to: number];
}

const vivid = { saturation: [0.3, 1], value: [0.3, 1] } as const;
const boxes = {
  red: { hue: [-15, 15], ...vivid },
  orange: { hue: [18, 42], saturation: [0.5, 1], value: [0.65, 1] },
  yellow: { hue: [45, 66], saturation: [0.4, 1], value: [0.6, 1] },
  green: { hue: [75, 165], ...vivid },
  blue: { hue: [185, 250], ...vivid },
  purple: { hue: [258, 288], ...vivid },
  pink: { hue: [300, 340], saturation: [0.25, 0.8], value: [0.75, 1] },
  brown: { hue: [18, 35], saturation: [0.4, 0.9], value: [0.2, 0.6] },
  black: { hue: [0, 0], saturation: [0, 0.1], value: [0.05, 0.25] },
  white: { hue: [0, 0], saturation: [0, 0.05], value: [0.88, 1] },
  grey: { hue: [0, 0], saturation: [0, 0.05], value: [0.35, 0.7] },
} as const satisfies { [name: string]: ColourBox };

export type ColourName = keyof typeof boxes;

/** Share of the pixels that must have the colour, or there is nothing to recolour. */
const leastShare = 0.02;

/**
 * Gives the pixels of one colour another one and keeps their shading: hue, saturation and value are carried over from the
 * first colour's range to the second's.
 * @param from A colour in words, e.g. `red`. Black, white and grey are shadow and background too: they give null.
 * @param to A colour in words; black, white and grey as well.
 * @returns Null where a name is unknown, both are the same, or fewer than 2 % of the pixels have the colour.
 */
export function recolour(pixels: Pixels, from: string, to: string): Pixels | null {
  const source = boxOf(from);
  const target = boxOf(to);
  if (!source || !target || source === target || source.hue[0] === source.hue[1]) return null;
  const name = nameOf(source);
  const data = Uint8Array.from(pixels.data);
  let changed = 0;
  for (let p = 0; p < data.length; p += 3) {
    const [hue, saturation, value] = toHsv(data[p]!, data[p + 1]!, data[p + 2]!);
    if (colourOf(hue, saturation, value) !== name) continue;
    changed++;
    const rgb = toRgb(
      carry(hue > 345 && source.hue[0] < 0 ? hue - 360 : hue, source.hue, target.hue),
      carry(saturation, source.saturation, target.saturation),
      carry(value, source.value, target.value),
    );
    data.set(rgb, p);
  }
  if (changed < leastShare * pixels.width * pixels.height) return null;
  return { width: pixels.width, height: pixels.height, data };
}

/** The colour word of a pixel: hue in degrees, saturation and value 0–1. */
export function colourOf(hue: number, saturation: number, value: number): ColourName {
  if (value < 0.2) return 'black';
  if (saturation < 0.18) return value > 0.8 ? 'white' : 'grey';
  if (hue >= 345 || hue < 16) return saturation < 0.5 && value > 0.75 ? 'pink' : 'red';
  if (hue < 44) return value < 0.65 ? 'brown' : 'orange';
  if (hue < 70) return 'yellow';
  if (hue < 170) return 'green';
  if (hue < 254) return 'blue';
  if (hue < 292) return 'purple';
  return value < 0.6 ? 'purple' : 'pink';
}

function boxOf(name: string): ColourBox | undefined {
  const key = name.toLowerCase() === 'gray' ? 'grey' : name.toLowerCase();
  return Object.hasOwn(boxes, key) ? boxes[key as ColourName] : undefined;
}

function nameOf(box: ColourBox): string {
  return Object.entries(boxes).find(([, candidate]) => candidate === box)![0];
}

function carry(value: number, from: readonly [number, number], to: readonly [number, number]): number {
  const share = Math.min(1, Math.max(0, (value - from[0]) / (from[1] - from[0])));
  return to[0] + share * (to[1] - to[0]);
}

function toHsv(r: number, g: number, b: number): [hue: number, saturation: number, value: number] {
  const max = Math.max(r, g, b);
  const chroma = max - Math.min(r, g, b);
  if (chroma === 0) return [0, 0, max / 255];
  const sector = max === r ? ((g - b) / chroma + 6) % 6 : max === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
  return [sector * 60, chroma / max, max / 255];
}

function toRgb(hue: number, saturation: number, value: number): [number, number, number] {
  const channel = (n: number) => {
    const k = (n + hue / 60 + 6) % 6;
    return Math.round(255 * value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [channel(5), channel(3), channel(1)];
}
