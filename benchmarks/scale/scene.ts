import { type Pixels, Random } from '@anagram/core';

const colours = {
  red: [220, 40, 40],
  green: [40, 170, 60],
  blue: [50, 80, 220],
  yellow: [235, 210, 50],
  white: [245, 245, 245],
  black: [20, 20, 20],
  orange: [240, 140, 30],
  purple: [140, 50, 170],
  pink: [245, 150, 190],
  brown: [120, 75, 40],
  grey: [128, 128, 128],
  turquoise: [60, 200, 200],
} as const;

/** By their names: true where (x, y), in radii from the centre, is inside. */
const shapes = {
  square: (x: number, y: number) => Math.max(Math.abs(x), Math.abs(y)) <= 0.85,
  circle: (x: number, y: number) => Math.hypot(x, y) <= 1,
  ring: (x: number, y: number) => Math.hypot(x, y) <= 1 && Math.hypot(x, y) >= 0.6,
  triangle: (x: number, y: number) => y <= 0.9 && y >= -0.9 && Math.abs(x) <= (y + 0.9) / 1.8,
  diamond: (x: number, y: number) => Math.abs(x) + Math.abs(y) <= 1,
  cross: (x: number, y: number) => Math.min(Math.abs(x), Math.abs(y)) <= 0.3 && Math.max(Math.abs(x), Math.abs(y)) <= 1,
} as const;

const relations = { 'left of': [-1, 0], 'right of': [1, 0], above: [0, -1], below: [0, 1] } as const;

/** Two things beside each other on a ground of random grey tiles, and what a person would say. Same index, same pixels. */
export function drawScene(index: number, size: number): { image: Pixels; text: string } {
  const random = new Random('scene', index);
  const relation = random.pick(Object.keys(relations) as (keyof typeof relations)[]);
  const [dx, dy] = relations[relation];
  const things = [1, -1].map((side) => ({
    colour: random.pick(Object.keys(colours) as (keyof typeof colours)[]),
    shape: random.pick(Object.keys(shapes) as (keyof typeof shapes)[]),
    x: size * (0.5 + 0.24 * dx * side) + random.below(7) - 3,
    y: size * (0.5 + 0.24 * dy * side) + random.below(7) - 3,
    radius: size * (0.13 + 0.08 * random.float()),
  }));
  const tiles = Array.from({ length: 64 }, () => 60 + random.below(120));
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const hit = things.find((one) => shapes[one.shape]((x - one.x) / one.radius, (y - one.y) / one.radius));
      const grey = tiles[Math.floor((y * 8) / size) * 8 + Math.floor((x * 8) / size)]!;
      data.set(hit ? colours[hit.colour] : [grey, grey, grey], (y * size + x) * 3);
    }
  }
  const [first, second] = things.map(({ colour, shape }) => `a ${colour} ${shape}`);
  return { image: { width: size, height: size, data }, text: `${first} ${relation} ${second}` };
}
