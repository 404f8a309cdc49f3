import type { Random } from '@anagram/core';
import type { Cast } from './cast.ts';
import type { Scene, Thing } from './scene.ts';

/** Room left free at the picture's edge. */
const margin = 0.015;

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.float();
}

/** A plain light colour. */
export function drawBackground(random: Random): Scene['background'] {
  const grey = between(random, 218, 244);
  const channel = () => Math.round(grey + between(random, -14, 11));
  return [channel(), channel(), channel()];
}

/** The centre nearest to the wish at which a thing of this size lies inside the span. */
function inside(wish: number, size: number, from = 0, to = 1): number {
  return Math.min(Math.max(wish, from + size / 2 + margin), to - size / 2 - margin);
}

export type Spot = Pick<Thing, 'x' | 'y' | 'size'>;

/** One thing near a wished centre. */
export function placeOne(random: Random, wish: { x: number; y: number; jitter: number; size: number }): Spot {
  const { x, y, jitter, size } = wish;
  return {
    x: inside(x + between(random, -jitter, jitter), size),
    y: inside(y + between(random, -jitter, jitter), size),
    size,
  };
}

/**
 * Two things that don't touch: each in its own half, side by side or one above the other.
 * @param sizes Each at most 0.47.
 * @param drift How far each may leave the middle line of its half.
 */
export function placeTwo(
  random: Random,
  {
    sizes,
    drift,
    upright = random.float() < 0.5,
  }: { sizes: readonly [number, number]; drift: number; upright?: boolean },
): [Spot, Spot] {
  const spot = (size: number, half: 0 | 1): Spot => {
    const along = inside(0.25 + half / 2 + between(random, -0.1, 0.1), size, half / 2, half / 2 + 0.5);
    const across = inside(0.5 + between(random, -drift, drift), size);
    return { x: upright ? across : along, y: upright ? along : across, size };
  };
  return [spot(sizes[0], 0), spot(sizes[1], 1)];
}

/**
 * Two things in two spots that each have room for either size, as long as only one of the two is big.
 * @param sizes Big and small; 1.5 × big + 0.5 × small is at most 0.96.
 */
export function placeUnequal(random: Random, big: number, small: number, drift: number): [Spot, Spot] {
  const slack = Math.max(0, 1 - 2 * margin - big - (big + small) / 2);
  const upright = random.float() < 0.5;
  const share = random.float() * random.float();
  const spot = (side: 0 | 1): Spot => {
    const inwards = big / 2 + margin + slack * (side === 0 ? share : random.float() * (1 - share));
    const along = side === 0 ? inwards : 1 - inwards;
    const across = inside(0.5 + between(random, -drift, drift), big);
    return { x: upright ? across : along, y: upright ? along : across, size: big };
  };
  return [spot(0), spot(1)];
}

/** As many spots as are asked for, at most nine, on a jittered grid of three by three. */
export function placeMany(random: Random, count: number, size: number): Spot[] {
  const cells = random.shuffle(Array.from({ length: 9 }, (_, i) => i)).slice(0, count);
  const slack = (1 / 3 - size) / 2;
  return cells.map((cell) => ({
    x: inside((cell % 3) / 3 + 1 / 6 + between(random, -slack, slack), size),
    y: inside(Math.floor(cell / 3) / 3 + 1 / 6 + between(random, -slack, slack), size),
    size,
  }));
}

/** An emoji in a style of the cast's, in its own colours. */
export function drawThing(random: Random, cast: Cast, emoji: string, spot: Spot): Thing {
  return { emoji, style: cast.style(random), ...spot, colour: null, mirrored: random.float() < 0.5 };
}
