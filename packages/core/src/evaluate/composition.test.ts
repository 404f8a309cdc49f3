import { describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.ts';
import { decide, scoreComposition } from './composition.ts';

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

describe('scoreComposition', () => {
  const items = ['a', 'b', 'c', 'd'].map((id, k) => ({
    id,
    category: k < 2 ? 'colour' : 'verb',
    texts: ['x', 'y'] as [string, string],
  }));
  const basis = (rows: number[][]) => Float32Array.from(rows.flat());

  it('gives a collapsed model zero, and counts its ties', () => {
    const same = basis(
      items.flatMap(() => [
        [1, 0],
        [1, 0],
      ]),
    );
    const report = scoreComposition('t', items, same, same, 2);
    expect(report.mean).toBe(0);
    expect(report.ties).toBe(4);
    expect(report.categories.colour!.group).toMatchObject({ value: 0, n: 2 });
  });

  it('gives a perfect model one, and averages categories without weights', () => {
    const perfect = basis(
      items.flatMap(() => [
        [1, 0],
        [0, 1],
      ]),
    );
    expect(scoreComposition('t', items, perfect, perfect, 2).mean).toBe(1);
    const half = perfect.slice();
    half.set([0, 1, 1, 0], 0); // the first item's pictures change places
    const report = scoreComposition('t', items, half, perfect, 2);
    expect(report.mean).toBe(0.75);
    expect(report.failures.map((failure) => failure.id)).toEqual(['a']);
    expect(report.scores['all.macro.group']).toMatchObject({ value: report.mean, n: 4 });
    expect(report.failures[0]!.detail).toMatchObject({
      cosines: [
        [0, 1],
        [1, 0],
      ],
    });
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
