/** Ways of drawing the same scene; one that is held out of training plays the part of another artist. */
export const shapeStyles = ['soft', 'toon', 'night', 'print'] as const;
export type Style = (typeof shapeStyles)[number];

export interface Drawing {
  /** Grey of the background, 0–255, from and to; each channel differs by up to `hue`. */
  readonly paper: readonly [number, number];
  readonly hue: number;
  /** Towards the light, of unit length: right, up, to the viewer. */
  readonly light: readonly [number, number, number];
  readonly ambient: number;
  /** Brightness comes in so many steps; 0: smooth. */
  readonly bands: number;
  /** Lines around solids and facets. */
  readonly outline: readonly [number, number, number] | null;
  readonly shadow: boolean;
  /** Edges that turn away are lit, as from behind. */
  readonly rim: number;
  /** Shade is printed in dots instead of tones. */
  readonly halftone: boolean;
}

const towards = (x: number, y: number, z: number): [number, number, number] => {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
};

export const drawings: { readonly [style in Style]: Drawing } = {
  soft: {
    paper: [196, 236],
    hue: 10,
    light: towards(-0.5, 0.8, 0.6),
    ambient: 0.42,
    bands: 0,
    outline: null,
    shadow: true,
    rim: 0,
    halftone: false,
  },
  toon: {
    paper: [222, 248],
    hue: 22,
    light: towards(0.6, 0.7, 0.55),
    ambient: 0.5,
    bands: 3,
    outline: [38, 34, 44],
    shadow: false,
    rim: 0,
    halftone: false,
  },
  night: {
    paper: [22, 52],
    hue: 12,
    light: towards(-0.2, 0.6, 0.85),
    ambient: 0.55,
    bands: 0,
    outline: null,
    shadow: false,
    rim: 0.55,
    halftone: false,
  },
  print: {
    paper: [226, 246],
    hue: 6,
    light: towards(0.1, 0.95, 0.5),
    ambient: 0.35,
    bands: 0,
    outline: [70, 48, 30],
    shadow: false,
    rim: 0,
    halftone: true,
  },
};
