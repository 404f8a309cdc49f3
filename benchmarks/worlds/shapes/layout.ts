import type { Random } from '@anagram/core';
import type { Cast } from './cast.ts';
import { colourNames } from './colours.ts';
import { materials } from './materials.ts';
import type { Scene, Thing } from './scene.ts';
import type { SolidName } from './solids.ts';
import { drawings } from './styles.ts';

/** Room left free at the picture's edge and at the middle line. */
const margin = 0.015;

export type Spot = Pick<Thing, 'x' | 'y' | 'size'>;

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.float();
}

/** Style, camera a little above, and background. */
export function drawStage(random: Random, cast: Cast): Omit<Scene, 'things'> {
  const style = cast.style(random);
  const { paper, hue } = drawings[style];
  const grey = between(random, ...paper);
  const channel = () => Math.round(grey + between(random, -hue, Math.min(hue, 252 - grey)));
  return { style, pitch: between(random, 0.3, 0.55), background: [channel(), channel(), channel()] };
}

/** A solid that stands upright, in any colour and material. */
export function drawThing(random: Random, solid: SolidName, spot: Spot): Thing {
  return {
    solid,
    colour: random.pick(colourNames),
    material: random.pick(materials),
    ...spot,
    turn: 'up',
    yaw: between(random, 0.25, 1.3),
  };
}

/** Two spots side by side, or one above the other, each with room for `room` in its own half. */
export function placeTwo(
  random: Random,
  sizes: readonly [number, number],
  { drift, upright = random.float() < 0.5 }: { drift: number; upright?: boolean },
): [Spot, Spot] {
  const room = Math.max(...sizes) / 2 + margin;
  const spot = (half: 0 | 1): Spot => {
    const slack = Math.max(0, 0.25 - room);
    const along = 0.25 + half / 2 + between(random, -slack, slack);
    const across = Math.min(Math.max(0.5 + between(random, -drift, drift), room), 1 - room);
    return { x: upright ? across : along, y: upright ? along : across, size: sizes[half] };
  };
  return [spot(0), spot(1)];
}

/** One spot near a wished centre, inside the picture. */
export function placeOne(random: Random, x: number, y: number, jitter: number, size: number): Spot {
  const inside = (wish: number) => Math.min(Math.max(wish, size / 2 + margin), 1 - size / 2 - margin);
  return { x: inside(x + between(random, -jitter, jitter)), y: inside(y + between(random, -jitter, jitter)), size };
}

/** Different cells of a grid of three by three. */
export function placeMany(random: Random, count: number, size: number): Spot[] {
  const cells = random.shuffle(Array.from({ length: 9 }, (_, i) => i)).slice(0, count);
  const slack = (1 / 3 - size) / 2;
  return cells.map((cell) =>
    placeOne(random, (cell % 3) / 3 + 1 / 6, Math.floor(cell / 3) / 3 + 1 / 6, Math.max(0, slack - margin), size),
  );
}
