import type { PairSet, Pixels, TrainingNegative, TrainingPair } from '../pair.ts';
import { Random } from '../random.ts';

export const colours = {
  red: [220, 40, 40],
  green: [40, 170, 60],
  blue: [50, 80, 220],
  yellow: [235, 210, 50],
  white: [245, 245, 245],
  black: [20, 20, 20],
} as const;
export const shapes = ['square', 'circle', 'triangle', 'ring'] as const;

/** A coloured shape. */
export interface Thing {
  readonly colour: keyof typeof colours;
  readonly shape: (typeof shapes)[number];
}

/** Two things beside each other; everything about a tiny pair follows from them. */
interface Scene {
  readonly left: Thing;
  readonly right: Thing;
}

export interface TinyPairsOptions {
  /** Number of pairs. Default 24. */
  count?: number;
  /** The same seed gives the same pairs. Default 0. */
  seed?: number;
  /**
   * `pairs` (default): each negative has a text and a picture. `texts`, `images`: it has one of them. `none`: there are
   * no negatives.
   */
  negatives?: 'pairs' | 'texts' | 'images' | 'none';
  /** Each pair carries another wording of its text. Default false. */
  paraphrases?: boolean;
}

/**
 * A world small enough for tests: "a red square and a blue circle" with the picture drawn, left and right. Each pair has
 * one negative that changes one thing: the colours change places (`colour`), or the two things do (`position`).
 */
export function tinyPairs(options: TinyPairsOptions = {}): PairSet {
  const { count = 24, seed = 0, negatives = 'pairs', paraphrases = false } = options;
  const scenes = Array.from({ length: count }, (_, index) => makeScene(new Random(seed, 'tiny', index)));
  const category = (index: number) => (negatives === 'none' ? null : index % 2 === 0 ? 'colour' : 'position');
  return {
    name: 'tiny',
    length: count,
    fingerprint: `tiny-1 ${JSON.stringify({ count, seed, negatives, ...(paraphrases && { paraphrases }) })}`,
    category,
    async pair(index, imageSize) {
      const scene = scenes[index]!;
      const { image, text, imageKey } = render(scene, imageSize);
      const kind = category(index);
      const list = kind === null ? [] : [makeNegative(kind, change(scene, kind), negatives, imageSize)];
      const reworded = paraphrases && { paraphrases: [rewordedCaption(scene)] };
      return { image, text, imageKey, weight: 1, negatives: list, ...reworded } satisfies TrainingPair;
    },
    texts: () => scenes.flatMap((scene) => [caption(scene), caption(change(scene, 'colour'))]),
  };
}

function makeScene(random: Random): Scene {
  const [a, b] = random.shuffle([...(Object.keys(colours) as Thing['colour'][])]);
  const [c, d] = random.shuffle([...shapes]);
  return { left: { colour: a!, shape: c! }, right: { colour: b!, shape: d! } };
}

function change({ left, right }: Scene, category: string): Scene {
  if (category === 'position') return { left: right, right: left };
  return { left: { ...left, colour: right.colour }, right: { ...right, colour: left.colour } };
}

function caption({ left, right }: Scene): string {
  return `a ${left.colour} ${left.shape} left of a ${right.colour} ${right.shape}`;
}

function rewordedCaption({ left, right }: Scene): string {
  return `a ${right.colour} ${right.shape} right of a ${left.colour} ${left.shape}`;
}

function render(scene: Scene, size: number): { image: Pixels; text: string; imageKey: string } {
  const text = caption(scene);
  return { image: draw(scene, size), text, imageKey: text };
}

function makeNegative(category: string, scene: Scene, kind: string, size: number): TrainingNegative {
  const { image, text, imageKey } = render(scene, size);
  const withImage = kind !== 'texts';
  return {
    category,
    text: kind === 'images' ? null : text,
    image: withImage ? image : null,
    imageKey: withImage ? imageKey : null,
  };
}

function draw({ left, right }: Scene, size: number): Pixels {
  const data = new Uint8Array(size * size * 3).fill(128);
  const radius = size * 0.2;
  [left, right].forEach(({ colour, shape }, side) => {
    const centre = size * (0.25 + 0.5 * side);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        if (!covers(shape, (x + 0.5 - centre) / radius, (y + 0.5 - size / 2) / radius)) continue;
        data.set(colours[colour], (y * size + x) * 3);
      }
    }
  });
  return { width: size, height: size, data };
}

/** Whether a point lies in the shape. @param x, y From the centre, in radii. */
export function covers(shape: Thing['shape'], x: number, y: number): boolean {
  const distance = Math.hypot(x, y);
  switch (shape) {
    case 'square':
      return Math.max(Math.abs(x), Math.abs(y)) <= 0.85;
    case 'circle':
      return distance <= 1;
    case 'triangle':
      return y <= 0.9 && y >= -0.9 && Math.abs(x) <= (y + 0.9) / 1.8;
    case 'ring':
      return distance <= 1 && distance >= 0.6;
  }
}
