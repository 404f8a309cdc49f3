import type { Pixels } from '@anagram/core';
import type { Artwork } from './artwork.ts';
import { tintTable } from './colours.ts';
import type { Scene, Thing } from './scene.ts';
import { channels, type Ladder, type Level, ladderOf } from './sprites.ts';

/**
 * Paints a scene at any size: things over the background in their order, sampled bilinearly from the next larger sprite.
 * @param size Width and height in pixels.
 */
export function paintScene(scene: Scene, artwork: Artwork, size: number): Pixels {
  const data = new Uint8Array(size * size * 3);
  const [red, green, blue] = scene.background;
  for (let at = 0; at < data.length; at += 3) {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
  }
  for (const thing of scene.things) paintThing(data, size, thing, ladderOf(artwork, thing.style, thing.emoji));
  return { width: size, height: size, data };
}

/** The smallest level that is not smaller than what is painted, else the largest there is. */
function levelFor(ladder: Ladder, longer: number): Level {
  let best = ladder[0]!;
  for (const level of ladder) if (Math.max(level.width, level.height) >= longer) best = level;
  return best;
}

function paintThing(canvas: Uint8Array, side: number, thing: Thing, ladder: Ladder): void {
  const level = levelFor(ladder, thing.size * side);
  const { width: w, height: h, data } = level;
  const step = Math.max(w, h) / (thing.size * side); // texels a pixel
  const [width, height] = [w / step, h / step];
  const [left, top] = [thing.x * side - width / 2, thing.y * side - height / 2];
  const [x0, x1] = [Math.max(0, Math.floor(left)), Math.min(side, Math.ceil(left + width))];
  const [y0, y1] = [Math.max(0, Math.floor(top)), Math.min(side, Math.ceil(top + height))];
  const tint = thing.colour === null ? null : tintTable(thing.colour);
  const stride = (w + 2) * channels;
  for (let y = y0; y < y1; y++) {
    const v = clamp((y + 0.5 - top) * step + 0.5, h + 1); // texel centres of the shape lie at 1 … h, its border at 0 and h + 1
    const row = Math.min(Math.floor(v), h);
    const dv = v - row;
    for (let x = x0; x < x1; x++) {
      const along = (x + 0.5 - left) * step + 0.5;
      const u = clamp(thing.mirrored ? w + 1 - along : along, w + 1);
      const column = Math.min(Math.floor(u), w);
      const du = u - column;
      const a = row * stride + column * channels;
      const b = a + channels;
      const c = a + stride;
      const d = c + channels;
      const wa = (1 - du) * (1 - dv);
      const wb = du * (1 - dv);
      const wc = (1 - du) * dv;
      const wd = du * dv;
      const alpha = data[a + 3]! * wa + data[b + 3]! * wb + data[c + 3]! * wc + data[d + 3]! * wd;
      if (alpha < 1) continue;
      const to = (y * side + x) * 3;
      const through = 1 - alpha / 255;
      if (tint) {
        const tone = data[a + 4]! * wa + data[b + 4]! * wb + data[c + 4]! * wc + data[d + 4]! * wd;
        const shade = Math.min(255, Math.round((tone / alpha) * 255)) * 3;
        const share = alpha / 255;
        for (let k = 0; k < 3; k++) canvas[to + k] = canvas[to + k]! * through + tint[shade + k]! * share + 0.5;
      } else {
        for (let k = 0; k < 3; k++) {
          const ink = data[a + k]! * wa + data[b + k]! * wb + data[c + k]! * wc + data[d + k]! * wd;
          canvas[to + k] = Math.min(255, canvas[to + k]! * through + ink + 0.5);
        }
      }
    }
  }
}

function clamp(value: number, high: number): number {
  return Math.min(Math.max(value, 0), high);
}
