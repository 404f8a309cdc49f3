import type { Material } from './materials.ts';
import type { RayCaster } from './ray-cast.ts';
import type { Drawing } from './styles.ts';

/** Width of a stripe and distance of spots, in radii of the sphere around the solid. */
const stripe = 0.36;
const spots = { apart: 0.52, radius: 0.16 } as const;

/**
 * Colour of the point that a caster has just met.
 * @param u and @param v As they were cast.
 * @param dots Brightness threshold of the halftone at this place, 0–1.
 * @param ink Takes red, green, blue (0–255) and how much of the background is hidden, 0–1.
 */
export function shade(
  { point, normal, ray }: RayCaster,
  u: number,
  v: number,
  body: readonly [number, number, number],
  material: Material,
  { light, ambient, bands, rim, halftone }: Drawing,
  dots: number,
  ink: Float64Array,
): void {
  const facing = -(normal[0]! * ray[0] + normal[1]! * ray[1] + normal[2]! * ray[2]);
  const lit = Math.max(0, normal[0]! * light[0] + normal[1]! * light[1] + normal[2]! * light[2]);
  let tone = ambient + (1.12 - ambient) * lit;
  if (bands > 0) tone = ambient + ((1.1 - ambient) * Math.round(lit * (bands - 1))) / (bands - 1);
  if (halftone) tone = tone > 0.35 + 0.6 * dots ? 1 : 0.62;
  const white = isWhite(point, u, v, material);
  const edge = rim * (1 - facing) ** 3;
  for (let k = 0; k < 3; k++) {
    const base = white ? 246 : body[k]!;
    let value = base * tone;
    if (material === 'shiny') value = shine(value, u, v, lit);
    ink[k] = Math.min(255, value + (255 - value) * edge);
  }
  ink[3] = material === 'see-through' ? 0.4 + 0.5 * (1 - facing) : 1;
}

function isWhite(point: Float64Array, u: number, v: number, material: Material): boolean {
  if (material === 'striped') return Math.floor((point[0]! + point[1]! + 8) / stripe) % 2 === 0;
  if (material !== 'spotted') return false;
  const row = Math.round(v / (spots.apart * 0.866));
  const shift = row % 2 === 0 ? 0 : 0.5;
  const column = Math.round(u / spots.apart - shift);
  return Math.hypot(u - (column + shift) * spots.apart, v - row * spots.apart * 0.866) < spots.radius;
}

/** A streak of glare across the solid, and deeper darks. */
function shine(value: number, u: number, v: number, lit: number): number {
  const streak = Math.max(0, 1 - Math.abs(u * 0.8 - v * 0.6 + 0.32) / 0.17);
  const glare = Math.min(1, 1.5 * streak);
  const deep = value * (0.72 + 0.3 * lit);
  return deep + (255 - deep) * glare;
}
