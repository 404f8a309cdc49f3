import type { Random } from '@anagram/core';

/** Named colours, red, green, blue; far enough apart to be told at a glance on a light background. */
export const colours = {
  red: [214, 26, 30],
  orange: [243, 130, 16],
  yellow: [238, 200, 20],
  green: [34, 150, 50],
  blue: [28, 84, 220],
  purple: [128, 40, 170],
  pink: [246, 112, 182],
  grey: [122, 124, 128],
} as const satisfies Record<string, readonly [number, number, number]>;
export type Colour = keyof typeof colours;

const names = Object.keys(colours) as Colour[];

/** Neighbours on the wheel, which a caption never sets against each other. */
const neighbours = new Set(['red orange', 'red pink', 'orange yellow', 'blue purple', 'purple pink']);
const pairs = names.flatMap((a, i) =>
  names.slice(i + 1).flatMap((b) => (neighbours.has(`${a} ${b}`) ? [] : [[a, b] as const])),
);

/** Two colours that nobody mixes up, in random order. */
export function pickColours(random: Random): [Colour, Colour] {
  const [a, b] = random.pick(pairs);
  return random.float() < 0.5 ? [a, b] : [b, a];
}

/**
 * Colours of a tinted shape by tone: dark shades at 0, the named colour in the middle, light shades at 255.
 * @returns (256, 3) bytes.
 */
export const tintTable: (colour: Colour) => Uint8Array = (() => {
  const tables = new Map<Colour, Uint8Array>();
  return (colour) => {
    let table = tables.get(colour);
    if (!table) {
      table = new Uint8Array(256 * 3);
      for (let tone = 0; tone < 256; tone++) {
        const t = tone / 127.5;
        for (let c = 0; c < 3; c++) {
          const pure = colours[colour][c]!;
          table[tone * 3 + c] = t < 1 ? pure * (0.3 + 0.7 * t) : pure + (255 - pure) * 0.6 * (t - 1);
        }
      }
      tables.set(colour, table);
    }
    return table;
  };
})();
