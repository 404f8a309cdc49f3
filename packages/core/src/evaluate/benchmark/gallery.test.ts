import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { dot } from '../task.ts';
import { rankGallery, within } from './gallery.ts';

/** Small integers: every sum is exact, and many are equal. */
function integers(name: string, count: number): Float32Array {
  const random = new Random('gallery', 1, name);
  return Float32Array.from({ length: count }, () => random.below(5) - 2);
}

describe('rankGallery', () => {
  it.each([
    ['rows of their own', 300, 150],
    ['one row for all texts', 1, 150],
    ['one row for all pictures', 300, 1],
  ])(
    'gives the same places as whole lists of scores do, over several blocks of pictures and with many ties: %s',
    async (_, textRows, imageRows) => {
      const [width, pictures, count] = [6, 150, 331];
      const images = integers('images', imageRows * width);
      const texts = integers('texts', textRows * width);
      const textRow = Uint32Array.from({ length: count }, (_, t) => t % textRows); // some texts stand twice
      const imageRow = Uint32Array.from({ length: pictures }, (_, image) => image % imageRows);
      const imageOfText = Uint32Array.from({ length: count }, (_, t) => (t * 7) % pictures);
      const ranks = await rankGallery({ texts, images, width, textRow, imageRow, imageOfText }, undefined);
      const score = (t: number, image: number) => dot(texts, textRow[t]!, images, imageRow[image]!, width);
      let ties = 0;
      for (let t = 0; t < count; t++) {
        const own = imageOfText[t]!;
        const others = Array.from({ length: pictures }, (_, image) => image).filter((image) => image !== own);
        const equal = others.filter((image) => score(t, image) === score(t, own));
        const place = ranks.pictureOf(t);
        expect(place).toEqual({
          above: others.filter((image) => score(t, image) > score(t, own)).length,
          before: equal.filter((image) => image < own).length,
          after: equal.filter((image) => image > own).length,
          margin: score(t, own) - Math.max(...others.map((image) => score(t, image))),
        });
        ties += equal.length;
      }
      expect(ties).toBeGreaterThan(1000);
      for (let image = 0; image < pictures; image++) {
        const all = Array.from({ length: count }, (_, t) => ({
          t,
          own: imageOfText[t] === image,
          score: score(t, image),
        }));
        const sorted = all.toSorted((a, b) => b.score - a.score || a.t - b.t); // a stable order
        const place = ranks.textOf(image);
        const first = sorted.findIndex(({ own }) => own);
        expect(place.above + place.before).toBe(first);
        expect(within(place, first + 1, 'first').right).toBe(true);
        expect(within(place, first, 'first').right).toBe(false);
      }
    },
  );

  it('ranks behind everything what has no score', async () => {
    const gallery = { texts: Float32Array.of(Number.NaN, 1), images: Float32Array.of(1, 2, 3), width: 1 };
    const ranks = await rankGallery(
      {
        ...gallery,
        textRow: Uint32Array.of(0, 1),
        imageRow: Uint32Array.of(0, 1, 2),
        imageOfText: Uint32Array.of(0, 2),
      },
      undefined,
    );
    expect(ranks.pictureOf(0).above).toBe(2);
    expect(ranks.pictureOf(1).above).toBe(0);
    expect(within(ranks.pictureOf(0), 1, 'first').right).toBe(false);
  });
});
