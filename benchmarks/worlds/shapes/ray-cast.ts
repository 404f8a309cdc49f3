import type { Scene, Thing, Turn } from './scene.ts';
import { type Part, solids } from './solids.ts';

type Vector = readonly [number, number, number];
/** Rows are the world's axes, columns the solid's: world = M · own. */
type Matrix = readonly [Vector, Vector, Vector];

/** How a solid meets parallel rays of one direction. */
export interface RayCaster {
  /**
   * Where the ray through a point of the picture plane first meets the solid.
   * @param u To the right, and @param v up, both from the solid's centre; 1 is the radius of the sphere around it.
   * @returns Place of the part that was met, or -1. `point` and `normal` then hold the place and the direction outwards.
   */
  cast(u: number, v: number): number;
  /** In the solid's own axes. */
  readonly point: Float64Array;
  /** Of unit length, in the world's axes. */
  readonly normal: Float64Array;
  /** The rays' direction, of unit length, in the world's axes. */
  readonly ray: Vector;
}

const tips: { readonly [turn in Turn]: Matrix } = {
  up: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  down: [
    [-1, 0, 0],
    [0, -1, 0],
    [0, 0, 1],
  ],
  left: [
    [0, -1, 0],
    [1, 0, 0],
    [0, 0, 1],
  ],
  right: [
    [0, 1, 0],
    [-1, 0, 0],
    [0, 0, 1],
  ],
};

/** Orthographic rays: a solid looks the same wherever in the picture it stands. */
export function rayCaster({ solid, turn, yaw }: Thing, { pitch }: Pick<Scene, 'pitch'>): RayCaster {
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  const toWorld = tips[turn].map(([x, y, z]) => [x * cos - z * sin, y, x * sin + z * cos]) as unknown as Matrix;
  const own = (w: Vector): Vector =>
    [0, 1, 2].map((k) => toWorld[0][k]! * w[0] + toWorld[1][k]! * w[1] + toWorld[2][k]! * w[2]) as unknown as Vector;
  const ray: Vector = [0, -Math.sin(pitch), -Math.cos(pitch)];
  const [dx, dy, dz] = own(ray);
  const right = own([1, 0, 0]);
  const up = own([0, Math.cos(pitch), -Math.sin(pitch)]);
  const parts: readonly Part[] = solids[solid];
  const point = new Float64Array(3);
  const normal = new Float64Array(3);

  function cast(u: number, v: number): number {
    const x = u * right[0] + v * up[0];
    const y = u * right[1] + v * up[1];
    const z = u * right[2] + v * up[2];
    let enter = -4;
    let leave = 4;
    let met = -1;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      let from = -4;
      let to = 4;
      if (part.kind === 'half') {
        const along = part.n[0] * dx + part.n[1] * dy + part.n[2] * dz;
        const room = part.o - (part.n[0] * x + part.n[1] * y + part.n[2] * z);
        if (Math.abs(along) < 1e-9) {
          if (room < 0) return -1;
          continue;
        }
        if (along > 0) to = room / along;
        else from = room / along;
      } else {
        // A t² + 2 B t + C ≤ 0
        const A = part.a * dx * dx + part.b * dy * dy + part.c * dz * dz;
        const B = part.a * x * dx + part.b * y * dy + part.c * z * dz + (part.d * dy) / 2;
        const C = part.a * x * x + part.b * y * y + part.c * z * z + part.d * y - part.e;
        if (Math.abs(A) < 1e-9) {
          if (Math.abs(B) < 1e-9) {
            if (C > 0) return -1;
            continue;
          }
          if (B > 0) to = -C / (2 * B);
          else from = -C / (2 * B);
        } else {
          const D = B * B - A * C;
          if (A > 0) {
            if (D < 0) return -1;
            const root = Math.sqrt(D);
            from = (-B - root) / A;
            to = (-B + root) / A;
          } else {
            // Steeper than the cone: inside before the first root and after the second; the solid is the lower half.
            const root = Math.sqrt(Math.max(0, D));
            if (dy < 0) from = (-B - root) / A;
            else to = (-B + root) / A;
          }
        }
      }
      if (from > enter) {
        enter = from;
        met = i;
      }
      if (to < leave) leave = to;
      if (enter >= leave) return -1;
    }
    if (met < 0) return -1;
    if (isUpperNappe(y + enter * dy)) return -1;
    point[0] = x + enter * dx;
    point[1] = y + enter * dy;
    point[2] = z + enter * dz;
    setNormal(parts[met]!);
    return met;
  }

  /** A ray flatter than the cone may meet its mirror image above the tip. */
  function isUpperNappe(y: number): boolean {
    const part = parts[0]!;
    return part.kind === 'quadric' && part.b < 0 && y > part.d / (-2 * part.b);
  }

  function setNormal(part: Part): void {
    const [nx, ny, nz] =
      part.kind === 'half' ? part.n : [2 * part.a * point[0]!, 2 * part.b * point[1]! + part.d, 2 * part.c * point[2]!];
    const length = Math.hypot(nx!, ny!, nz!) || 1;
    for (let k = 0; k < 3; k++) {
      const row = toWorld[k]!;
      normal[k] = (row[0] * nx! + row[1] * ny! + row[2] * nz!) / length;
    }
  }

  return { cast, point, normal, ray };
}
