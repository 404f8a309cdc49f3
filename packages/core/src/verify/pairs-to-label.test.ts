import { expect, test } from 'vitest';
import { encodePng } from '../image/encode.ts';
import { defineSource } from '../source/define-source.ts';
import type { ScorablePair } from './pair-verifier.ts';
import { pairsToLabel } from './pairs-to-label.ts';

const sizes = Array.from({ length: 20 }, (_, at) => [70 + at, 66] as const);
const source = defineSource({
  name: 'sizes',
  settings: sizes,
  records: () =>
    sizes.map(([width, height], at) => ({
      id: `${at}`,
      text: `picture ${at}`,
      image: {
        name: `${at}.png`,
        bytes: () => encodePng({ width, height, data: new Uint8Array(3 * width * height).fill(10 * at) }),
      },
    })),
});

/** Sees the pictures, and believes in the later ones. */
function verifier(imageSize: number | null) {
  const seen = new Map<string, readonly number[]>();
  return {
    imageSize,
    seen,
    async score(pairs: readonly ScorablePair[]) {
      return pairs.map(({ text, image: { width, height } }) => {
        seen.set(text, [width, height]);
        const probability = Number(text.split(' ')[1]) / sizes.length;
        return { score: 0, probability, byTower: {} };
      });
    },
  };
}

test('a verifier gets the pictures at its size, or as they are where it asks for that, and the draw is the same', async () => {
  const [fitted, whole] = [verifier(24), verifier(null)];
  const drawn = await pairsToLabel({ source, verifier: fitted, count: 8 });
  expect(drawn).toHaveLength(8);
  expect([...fitted.seen.values()]).toEqual(sizes.map(() => [24, 24]));
  const ids = (pairs: typeof drawn) => pairs.map(({ id }) => id);
  expect(ids(await pairsToLabel({ source, verifier: whole, count: 8 }))).toEqual(ids(drawn));
  expect(Object.fromEntries(whole.seen)).toEqual(
    Object.fromEntries(sizes.map((size, at) => [`picture ${at}`, [...size]])),
  );
  expect(ids(await pairsToLabel({ source, count: 8 }))).not.toEqual(ids(drawn));
});
