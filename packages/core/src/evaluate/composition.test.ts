import { describe, expect, it } from 'vitest';
import { constantEmbedder, randomEmbedder, tinyEmbedder } from '../../test/fixtures/tiny-benchmark.ts';
import type { Pixels } from '../pair.ts';
import { bootstrap } from './bootstrap.ts';
import { composition, decide } from './composition.ts';

describe('decide', () => {
  it.each([
    // s00, s01, s10, s11 → text, image (the fixed vectors of the field)
    [0.9, 0.1, 0.2, 0.8, true, true],
    [0.5, 0.6, 0.4, 0.7, true, false],
    [0.5, 0.4, 0.6, 0.7, false, true],
    [0.5, 0.5, 0.5, 0.5, false, false],
    [0.3, 0.9, 0.9, 0.3, false, false],
  ])('scores %f %f / %f %f as text %s, image %s', (s00, s01, s10, s11, text, image) => {
    expect(
      decide([
        [s00, s01],
        [s10, s11],
      ]),
    ).toMatchObject({ text, image });
  });
});

describe('composition', () => {
  const pixel = (colour: number) => ({ width: 1, height: 1, data: Uint8Array.of(colour, 0, 0) });
  const items = ['a', 'b', 'c', 'd'].map((id, k) => ({
    id,
    category: k < 2 ? 'verb' : 'colour',
    images: [pixel(2 * k), pixel(2 * k + 1)] as const,
    texts: [`${id} first`, `${id} second`] as const,
  }));
  const task = composition({ name: 't', items });
  const side = (second: boolean) => (second ? [0, 1] : [1, 0]);

  it('gives a collapsed model zero, and counts its ties', async () => {
    const report = await task.run({ model: constantEmbedder() });
    expect(report.mean).toBe(0);
    expect(report.ties).toBe(4);
    expect(report.categories.colour!.group).toMatchObject({ value: 0, n: 2 });
    expect(report.chance['verb.group']).toBe(1 / 6);
  });

  it('gives a perfect model one, and averages categories without weights', async () => {
    const ofText = (text: string) => side(text.endsWith('second'));
    const perfect = tinyEmbedder(2, ofText, (colour) => side(colour % 2 === 1));
    expect((await task.run({ model: perfect })).mean).toBe(1);
    const half = tinyEmbedder(2, ofText, (colour) => side((colour % 2 === 1) !== colour < 2)); // the first item's pictures change places
    const report = await task.run({ model: half });
    expect(report.mean).toBe(0.75);
    expect(report.failures.map((failure) => failure.id)).toEqual(['a']);
    expect(report.weakest).toBeNull();
  });

  it('names the weakest of the categories that have 20 items', async () => {
    const many = [20, 20, 19].flatMap((count, kind) =>
      Array.from({ length: count }, (_, k) => ({
        ...items[0]!,
        id: `${kind}.${k}`,
        category: ['a', 'b', 'c'][kind]!,
        k,
      })),
    );
    const swapped = (category: string, k: number) => category === 'c' || (category === 'b' && k < 5);
    const drawn = many.map((item) => ({
      ...item,
      images: (swapped(item.category, item.k) ? [pixel(1), pixel(0)] : [pixel(0), pixel(1)]) as [Pixels, Pixels],
    }));
    const ofText = (text: string) => side(text.endsWith('second'));
    const model = tinyEmbedder(2, ofText, (colour) => side(colour === 1));
    const report = await composition({ name: 't', items: drawn }).run({ model });
    expect(report.categories.c!.group).toMatchObject({ value: 0, n: 19 });
    expect(report.weakest).toMatchObject({ category: 'b', metric: 'group', score: { value: 0.75, n: 20 } });
  });

  it('has no baseline above 0: one side alone decides nothing', async () => {
    const { baselines } = await task.run({ model: randomEmbedder(3) });
    expect(Object.keys(baselines!)).toEqual(['shorterText', 'longerText', 'textOnly', 'imageOnly']);
    for (const values of Object.values(baselines!)) expect(values['verb.group']).toBe(0);
  });

  it('draws items that share a picture together', async () => {
    const shared = items.map((item) => ({ ...item, images: items[0]!.images }));
    const { outcomes } = await composition({ name: 't', items: shared }).run({ model: constantEmbedder() });
    expect(outcomes!.scores['verb.group']).toEqual([{ sums: [0], counts: [2] }]);
  });
});

describe('bootstrap', () => {
  it('brackets the mean and narrows with more items', () => {
    const few = bootstrap(Array.from({ length: 40 }, (_, i) => i % 2));
    const many = bootstrap(Array.from({ length: 4000 }, (_, i) => i % 2));
    expect(few.value).toBe(0.5);
    expect(few.interval[0]).toBeLessThan(0.5);
    expect(few.interval[1]).toBeGreaterThan(0.5);
    expect(many.interval[1] - many.interval[0]).toBeLessThan((few.interval[1] - few.interval[0]) / 5);
  });

  it('refuses to score nothing', () => {
    expect(() => bootstrap([])).toThrow('at least one item');
  });
});
