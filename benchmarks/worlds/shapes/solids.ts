/**
 * A solid is where all its parts are: half-spaces n·p ≤ o, and quadrics a x² + b y² + c z² + d y ≤ e. All of them are convex but the
 * double cone (b < 0), of which the half with the solid is meant. The y axis points up; everything lies in the unit sphere.
 */
export type Part =
  | { readonly kind: 'half'; readonly n: readonly [number, number, number]; readonly o: number }
  | {
      readonly kind: 'quadric';
      readonly a: number;
      readonly b: number;
      readonly c: number;
      readonly d: number;
      readonly e: number;
    };

const half = (x: number, y: number, z: number, o: number): Part => {
  const length = Math.hypot(x, y, z);
  return { kind: 'half', n: [x / length, y / length, z / length], o: o / length };
};
const quadric = (a: number, b: number, c: number, d: number, e: number): Part => ({ kind: 'quadric', a, b, c, d, e });
const slice = (low: number, high: number): Part[] => [half(0, 1, 0, high), half(0, -1, 0, -low)];
const box = (x: number, y: number, z: number): Part[] => [
  half(1, 0, 0, x),
  half(-1, 0, 0, x),
  half(0, 0, 1, z),
  half(0, 0, -1, z),
  ...slice(-y, y),
];
const cone = (tip: number, base: number, radius: number): Part[] => {
  const k2 = (radius / (tip - base)) ** 2;
  return [quadric(1, -k2, 1, 2 * k2 * tip, k2 * tip * tip), half(0, -1, 0, -base)];
};

export const solids = {
  ball: [quadric(1, 1, 1, 0, 0.8 ** 2)],
  egg: [quadric(1 / 0.6 ** 2, 1 / 0.95 ** 2, 1 / 0.6 ** 2, 0, 1)],
  cube: box(0.57, 0.57, 0.57),
  slab: box(0.68, 0.2, 0.68),
  pillar: box(0.3, 0.88, 0.3),
  cylinder: [quadric(1, 0, 1, 0, 0.6 ** 2), ...slice(-0.74, 0.74)],
  coin: [quadric(1, 0, 1, 0, 0.9 ** 2), ...slice(-0.17, 0.17)],
  cone: cone(0.92, -0.68, 0.7),
  bullet: [quadric(1, 0, 1, 0.19, 0.19 * 0.95), half(0, -1, 0, 0.8)],
  pyramid: [
    half(1.6, 0.68, 0, 0.68 * 0.92),
    half(-1.6, 0.68, 0, 0.68 * 0.92),
    half(0, 0.68, 1.6, 0.68 * 0.92),
    half(0, 0.68, -1.6, 0.68 * 0.92),
    half(0, -1, 0, 0.68),
  ],
  ramp: [half(1, 0, 0, 0.7), half(0, 0, 1, 0.5), half(0, 0, -1, 0.5), half(0, -1, 0, 0.5), half(-1, 1.3, 0, 0.12)],
  diamond: [1, -1].flatMap((x) => [1, -1].flatMap((y) => [1, -1].map((z) => half(x / 0.68, y / 0.95, z / 0.68, 1)))),
  dome: [quadric(1, 1, 1, 0.7, 0.85 ** 2 - 0.35 ** 2), half(0, -1, 0, 0.35)],
  tent: [
    half(1, 0.75, 0, 0.55),
    half(-1, 0.75, 0, 0.55),
    half(0, -1, 0, 0.45),
    half(0, 0, 1, 0.5),
    half(0, 0, -1, 0.5),
  ],
} as const satisfies Record<string, readonly Part[]>;

export type SolidName = keyof typeof solids;
export const solidNames = Object.keys(solids) as SolidName[];

/** With a point, which can show where it points. */
export const pointed = ['cone', 'bullet', 'pyramid', 'dome'] as const satisfies readonly SolidName[];
/** Long and the same at both ends: they stand or lie. */
export const long = ['pillar', 'cylinder', 'egg'] as const satisfies readonly SolidName[];
/** Those that look different from above, from the side and from below. */
export const viewable = [
  'pillar',
  'cylinder',
  'coin',
  'slab',
  'cone',
  'bullet',
  'pyramid',
  'dome',
  'tent',
] as const satisfies readonly SolidName[];
