import { describe, expect, it } from 'vitest';
import { failureCard, worst } from './failure-card.ts';

describe('worst', () => {
  const failures = ['a', 'a', 'a', 'a', 'b', 'b', 'c'].map((category, k) => ({ id: `${k}`, category, detail: null }));

  it('takes the worst of each category in turn, and never more than there are', () => {
    expect(worst(failures, 5).map(({ id }) => id)).toEqual(['0', '4', '6', '1', '5']);
    expect(worst(failures, 50)).toHaveLength(7);
    expect(worst([], 5)).toEqual([]);
  });
});

describe('failureCard', () => {
  const tones = (detail: Parameters<typeof failureCard>[0]['detail']) =>
    failureCard({ id: '1', category: 'size', detail }).grid!.rows.map(({ cells }) => cells.map(({ tone }) => tone));

  it('marks what belongs together, and what does not and scores at least as high', () => {
    const diagonal = [
      [true, false],
      [false, true],
    ];
    const cosines = [
      [0.5, 0.6],
      [0.4, 0.7],
    ];
    expect(tones({ texts: ['x', 'y'], fits: diagonal, cosines })).toEqual([
      ['good', 'bad'],
      [undefined, 'good'],
    ]);
    const tie = [[0.5], [0.5], [0.4]];
    expect(tones({ texts: ['x', 'y', 'z'], fits: [[true], [false], [false]], cosines: tie })).toEqual([
      ['good'],
      ['bad'],
      [undefined],
    ]);
  });

  it('shows of many texts the right one and the highest, and how many there are beside', () => {
    const texts = Array.from({ length: 20 }, (_, k) => `text ${k}`);
    const { grid, lines } = failureCard({
      id: '1',
      category: 'c',
      detail: { texts, fits: texts.map((_, k) => [k === 2]), cosines: texts.map((_, k) => [k / 100]) },
    });
    expect(grid!.rows.map(({ text }) => text)).toEqual([2, 15, 16, 17, 18, 19].map((k) => `text ${k}`));
    expect(lines).toEqual(['and 14 more texts']);
  });

  it('shows wrong pictures beside right ones, however many of these there are', () => {
    const fits = [[true, true, true, true, true, true, false, false, false]];
    const { grid } = failureCard({
      id: '1',
      category: 'c',
      detail: { texts: ['x'], fits, cosines: [[0.9, 0.8, 0.1, 0.2, 0.7, 0.6, 0.3, 0.15, 0.05]] },
    });
    expect(grid!.head).toEqual(['text', 'picture 3', 'picture 4', 'picture 7', 'picture 8']);
    expect(grid!.rows[0]!.cells.map(({ tone }) => tone)).toEqual(['good', 'good', 'bad', 'bad']);
  });

  it('describes each picture by a text that belongs to it, and says which could not be read', () => {
    const detail = { texts: ['x', 'y'], fits: [[true, false], [false, true]], cosines: [[0, 1], [1, 0]] }; // biome-ignore format: a matrix
    const bytes = Uint8Array.of(1);
    const { images } = failureCard({ id: '1', category: 'c', detail }, new Map([[0, bytes], [1, null]])); // biome-ignore format: pairs
    expect(images).toEqual([
      { bytes, alt: 'x', caption: 'picture 1' },
      { bytes: null, alt: 'y', caption: 'picture 2' },
    ]);
  });

  it('shows any other detail as it is', () => {
    expect(failureCard({ id: '1', category: 'c', detail: { rank: 3, wrong: ['a', 'b'] } }).lines).toEqual([
      'rank: 3',
      'wrong: a, b',
    ]);
    const odd = { texts: ['x'], fits: [[true, false]], cosines: [[1]] };
    expect(failureCard({ id: '1', category: 'c', detail: odd }).grid).toBeUndefined();
  });
});
