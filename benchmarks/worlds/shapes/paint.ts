import type { Pixels } from '@anagram/core';
import { colours } from './colours.ts';
import { rayCaster } from './ray-cast.ts';
import type { Scene, Thing } from './scene.ts';
import { shade } from './shade.ts';
import { type Drawing, drawings } from './styles.ts';

/** Rays a pixel, along each side. */
const finer = 2;

/** Of the size that was drawn last: a canvas for each picture would be most of what a training allocates. */
let scratch = new Float32Array(0);

/**
 * Draws a scene at any size.
 * @param size Width and height in pixels.
 */
export function paintShapes(scene: Scene, size: number): Pixels {
  const side = size * finer;
  if (scratch.length !== side * side * 3) scratch = new Float32Array(side * side * 3);
  const canvas = scratch; // (side, side, 3)
  canvas.set(scene.background);
  for (let done = 3; done < canvas.length; done *= 2) canvas.copyWithin(done, 0, done);
  const drawing = drawings[scene.style];
  if (drawing.shadow && scene.pitch > 0)
    for (const thing of scene.things) paintShadow(canvas, side, thing, scene.pitch);
  for (const thing of scene.things) paintThing(canvas, side, thing, scene, drawing);
  return { width: size, height: size, data: average(canvas, size) };
}

function paintThing(canvas: Float32Array, side: number, thing: Thing, scene: Scene, drawing: Drawing): void {
  const caster = rayCaster(thing, scene);
  const radius = (thing.size / 2) * side;
  const [cx, cy] = [thing.x * side, thing.y * side];
  const [x0, x1] = [Math.max(0, Math.floor(cx - radius)), Math.min(side, Math.ceil(cx + radius))];
  const [y0, y1] = [Math.max(0, Math.floor(cy - radius)), Math.min(side, Math.ceil(cy + radius))];
  const width = x1 - x0 + 2;
  const met = new Uint8Array(width * (y1 - y0 + 2)); // part that each ray met, from 1; a border of nothing around it
  const ink = new Float64Array(4);
  const body = colours[thing.colour];
  const dot = (2.6 / 56) * side; // distance of the halftone's dots
  for (let y = y0; y < y1; y++) {
    const v = (cy - y - 0.5) / radius;
    for (let x = x0; x < x1; x++) {
      const u = (x + 0.5 - cx) / radius;
      if (u * u + v * v > 1) continue;
      const part = caster.cast(u, v);
      if (part < 0) continue;
      met[(y - y0 + 1) * width + x - x0 + 1] = part + 1;
      const dots = drawing.halftone
        ? (2 + Math.cos((2 * Math.PI * (x + y)) / dot / 1.4) + Math.cos((2 * Math.PI * (x - y)) / dot / 1.4)) / 4
        : 0;
      shade(caster, u, v, body, thing.material, drawing, dots, ink);
      const at = (y * side + x) * 3;
      const cover = ink[3]!;
      for (let k = 0; k < 3; k++) canvas[at + k] = canvas[at + k]! * (1 - cover) + ink[k]! * cover;
    }
  }
  if (drawing.outline) paintOutline(canvas, side, met, { x0, x1, y0, y1, width }, drawing.outline);
}

/** Where one part, or the solid, ends. */
function paintOutline(
  canvas: Float32Array,
  side: number,
  met: Uint8Array,
  { x0, x1, y0, y1, width }: { x0: number; x1: number; y0: number; y1: number; width: number },
  colour: readonly [number, number, number],
): void {
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const at = (y - y0 + 1) * width + x - x0 + 1;
      const own = met[at]!;
      if (own === 0) continue;
      if (met[at - 1] === own && met[at + 1] === own && met[at - width] === own && met[at + width] === own) continue;
      const pixel = (y * side + x) * 3;
      for (let k = 0; k < 3; k++) canvas[pixel + k] = colour[k]!;
    }
  }
}

function paintShadow(canvas: Float32Array, side: number, { x, y, size }: Thing, pitch: number): void {
  const [cx, cy] = [(x + 0.06 * size) * side, (y + 0.34 * size * Math.cos(pitch)) * side];
  const [rx, ry] = [0.44 * size * side, Math.max(0.1, 0.4 * Math.sin(pitch)) * size * side];
  for (let py = Math.max(0, Math.floor(cy - ry)); py < Math.min(side, cy + ry); py++) {
    for (let px = Math.max(0, Math.floor(cx - rx)); px < Math.min(side, cx + rx); px++) {
      const inside = 1 - ((px - cx) / rx) ** 2 - ((py - cy) / ry) ** 2;
      if (inside <= 0) continue;
      const keep = 1 - 0.3 * Math.min(1, 2 * inside);
      const at = (py * side + px) * 3;
      for (let k = 0; k < 3; k++) canvas[at + k] = canvas[at + k]! * keep;
    }
  }
}

function average(canvas: Float32Array, size: number): Uint8Array {
  const data = new Uint8Array(size * size * 3);
  const row = size * finer * 3;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let k = 0; k < 3; k++) {
        const at = y * finer * row + x * finer * 3 + k;
        data[(y * size + x) * 3 + k] =
          (canvas[at]! + canvas[at + 3]! + canvas[at + row]! + canvas[at + row + 3]!) / 4 + 0.5;
      }
    }
  }
  return data;
}
