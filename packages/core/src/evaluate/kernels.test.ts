import { describe, expect, it } from 'vitest';
import { byKey, difference, macro, meanOfSubsets, micro, nested, type Subsets, type Weighted } from './aggregate.ts';
import { averagePrecision, matrix2x2, nWay, pairwise, rank } from './kernels.ts';

describe('matrix2x2', () => {
  it.each([
    // s00, s01, s10, s11 → text, image, group
    [0.9, 0.1, 0.2, 0.8, true, true, true],
    [0.5, 0.6, 0.4, 0.7, true, false, false],
    [0.5, 0.4, 0.6, 0.7, false, true, false],
    [0.5, 0.5, 0.5, 0.5, false, false, false],
    [0.3, 0.9, 0.9, 0.3, false, false, false],
  ])('scores %f %f / %f %f as text %s, image %s, group %s', (s00, s01, s10, s11, text, image, group) => {
    const decisions = matrix2x2([
      [s00, s01],
      [s10, s11],
    ]);
    expect([decisions.text.right, decisions.image.right, decisions.group.right]).toEqual([text, image, group]);
  });

  it('gives the four one-sided decisions, picture and text 0 first', () => {
    const { textOfImage, imageOfText } = matrix2x2([
      [0.5, 0.6],
      [0.4, 0.7],
    ]);
    expect(textOfImage.map(({ right }) => right)).toEqual([true, true]);
    expect(imageOfText.map(({ right }) => right)).toEqual([false, true]);
    expect(imageOfText[0].margin).toBeCloseTo(-0.1);
  });
});

describe('nWay', () => {
  it('counts a tie as wrong, or breaks it by place', () => {
    expect(nWay([1, 1, 0], 0)).toEqual({ right: false, tie: true, margin: 0 });
    expect(nWay([1, 1, 0], 0, 'first').right).toBe(true);
    expect(nWay([1, 1, 0], 1, 'first').right).toBe(false);
    expect(nWay([1, 1, 0], 1, 'last').right).toBe(true);
    expect(pairwise(0.5, 0.5, 'first').right).toBe(true);
  });

  it('calls no tie where two wrong answers are equal', () => {
    expect(nWay([0.9, 0.1, 0.1], 0)).toMatchObject({ right: true, tie: false });
    expect(nWay([0.9, 0.1, 0.1], 2)).toMatchObject({ right: false, tie: false });
  });

  it('counts a score that is no number as wrong under every rule', () => {
    for (const ties of ['wrong', 'first', 'last'] as const) {
      expect(nWay([Number.NaN, 0], 0, ties).right).toBe(false);
      expect(nWay([0, Number.NaN], 0, ties).right).toBe(false);
    }
  });
});

describe('rank', () => {
  it('counts answers that are as good, or no number, against the right one', () => {
    expect(rank([0.5, 0.9, 0.5, 0.1], 0)).toBe(2);
    expect(rank([0.9, 0.5], 0)).toBe(0);
    expect(rank([0.9, Number.NaN], 0)).toBe(1);
  });
});

describe('averagePrecision', () => {
  it('averages precision over the relevant answers', () => {
    // Relevant at ranks 1, 3 and 4: (1 + 2/3 + 3/4) / 3.
    expect(averagePrecision([0.9, 0.8, 0.7, 0.6], [true, false, true, true])).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3);
  });

  it('gives a constant scorer the share of relevant answers when ties are one step, and less when they are wrong', () => {
    const relevant = [true, false, false, true];
    expect(averagePrecision([1, 1, 1, 1], relevant, 'together')).toBe(0.5);
    expect(averagePrecision([1, 1, 1, 1], relevant)).toBeCloseTo((1 / 3 + 2 / 4) / 2);
  });

  it('is null where nothing is relevant', () => {
    expect(averagePrecision([1], [false])).toBeNull();
  });
});

describe('aggregates', () => {
  const items = [
    ...Array.from({ length: 30 }, (_, k) => ({ key: 'big', hit: 1, image: `${k}` })),
    ...Array.from({ length: 10 }, (_, k) => ({ key: 'small', hit: 0, image: `${k}` })),
    { key: 'tiny', hit: 1, image: '0' },
  ];
  type Item = (typeof items)[number];
  const key = (item: Item) => item.key;
  const value = (figure: Subsets<Item> | Weighted<Item>) =>
    meanOfSubsets(
      figure,
      ({ hit }) => [hit],
      ({ image }) => image,
    );

  it('average items, or keys, with small and named keys left out', () => {
    expect(value(micro(items))).toMatchObject({ value: 31 / 41, n: 41 });
    expect(value(macro(items, key))).toMatchObject({ value: 2 / 3, n: 41 });
    expect(value(macro(items, key, { minCount: 2 }))).toMatchObject({ value: 1 / 2, n: 40 });
    expect(value(macro(items, key, { exclude: ['small'] }))).toMatchObject({ value: 1, n: 31 });
    expect(value([...byKey(items, key).values()])).toEqual(value(macro(items, key)));
  });

  it('take the difference of two, and means of means', () => {
    const [big, small] = ['big', 'small'].map((name) => items.filter(({ key }) => key === name)) as [Item[], Item[]];
    expect(value(difference(big, small))).toEqual({ value: 1, n: 40, interval: [1, 1] });
    expect(value(difference(small, big))!.value).toBe(-1);
    expect(value(difference(big, []))).toBeNull();
    // Sources: big and tiny are one, small is another: ((1 + 1) / 2 + 0) / 2.
    const source = ({ key }: Item) => (key === 'small' ? 'b' : 'a');
    expect(value(nested(items, source, key))).toMatchObject({ value: 1 / 2, n: 41 });
    const mixed = items.map((item) => (item.key === 'tiny' ? { ...item, hit: 0 } : item));
    expect(value(nested(mixed, source, key))!.value).toBe(1 / 4);
  });

  it('give a difference an interval that holds both sides of chance where both are a coin', () => {
    const coin = (name: string) => Array.from({ length: 100 }, (_, k) => ({ key: name, hit: k % 2, image: `${k}` }));
    const { value: at, interval } = value(difference(coin('a'), coin('b')))!;
    expect(at).toBe(0);
    // Standard deviation √(0.25 / 100 · 2) = 0.0707: the interval is about ±0.139.
    expect(interval[0]).toBeGreaterThan(-0.18);
    expect(interval[0]).toBeLessThan(-0.1);
    expect(interval[1]).toBeGreaterThan(0.1);
  });

  it('have no figure where nothing is left', () => {
    expect(value(macro(items, key, { minCount: 100 }))).toBeNull();
    expect(value(micro([]))).toBeNull();
  });

  it('widen the interval where items share a picture', () => {
    const decisions = Array.from({ length: 400 }, (_, k) => ({ hit: Math.floor(k / 10) % 2, k }));
    const width = (cluster: (k: number) => string) => {
      const [low, high] = meanOfSubsets(
        [decisions],
        ({ hit }) => [hit],
        ({ k }) => cluster(k),
      )!.interval;
      return high - low;
    };
    expect(width((k) => `${Math.floor(k / 10)}`)).toBeGreaterThan(2 * width((k) => `${k}`));
  });
});
