import { expect, it } from 'vitest';
import { emojiSceneClasses, syntheticArtwork } from '../emoji-scenes/index.ts';
import { shapeClasses } from './shape-classes.ts';

it.each([
  ['shapes', () => shapeClasses({ style: 'print', perClass: 2, seed: 1, size: 16 }), 112],
  [
    'emoji',
    () => emojiSceneClasses({ artwork: syntheticArtwork(), vendor: 'twemoji', perClass: 2, seed: 1, size: 16 }),
    80,
  ],
] as const)('%s: every class has its own name and its pictures, the same every time', (_, make, least) => {
  const { classes, items } = make();
  expect(classes.length).toBeGreaterThanOrEqual(least);
  expect(new Set(classes).size).toBe(classes.length);
  expect(items.map(({ label }) => label)).toEqual(classes.flatMap((_, label) => [label, label]));
  expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
  const pictures = items.map(({ image }) => ('data' in image ? image.data.join() : ''));
  expect(new Set(pictures).size).toBe(items.length);
  expect(make()).toEqual({ classes, items });
});
