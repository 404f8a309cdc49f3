import type { Random } from '@anagram/core';

/** Body colours, red, green, blue. */
export const colours = {
  red: [206, 32, 40],
  orange: [240, 132, 24],
  yellow: [236, 206, 40],
  green: [44, 156, 66],
  blue: [40, 92, 216],
  purple: [122, 48, 168],
  pink: [244, 122, 188],
  grey: [132, 134, 138],
} as const satisfies Record<string, readonly [number, number, number]>;
export type Colour = keyof typeof colours;
export const colourNames = Object.keys(colours) as Colour[];

/** Too near each other to be set against each other. */
const alike = [
  ['red', 'orange'],
  ['red', 'pink'],
  ['orange', 'yellow'],
  ['blue', 'purple'],
  ['purple', 'pink'],
];

/** Two colours that nobody mixes up. */
export function drawColours(random: Random): [Colour, Colour] {
  for (;;) {
    const a = random.pick(colourNames);
    const b = random.pick(colourNames);
    if (a !== b && !alike.some((pair) => pair.includes(a) && pair.includes(b))) return [a, b];
  }
}
