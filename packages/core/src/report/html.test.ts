import { describe, expect, it } from 'vitest';
import { barChart, histogram, lineChart } from './charts.ts';
import { renderReport } from './html.ts';

describe('renderReport', () => {
  it('escapes every text and carries its pictures inside', () => {
    const html = renderReport({
      title: '<b>t</b>',
      subtitle: '"s"',
      sections: [
        {
          title: 'a & b',
          blocks: [
            { kind: 'text', text: '<script>alert(1)</script>' },
            { kind: 'table', head: ['<i>', ''], rows: [['<img onerror=x>', 0.5]] },
            {
              kind: 'gallery',
              title: 'g',
              note: '<x>',
              cards: [
                { images: [Uint8Array.of(0x89, 0x50)], lines: ['<x>'], tone: 'bad' },
                {
                  title: '<x>',
                  images: [{ bytes: null, alt: '"<x>', caption: '<x>' }],
                  grid: { head: ['<x>', '<x>'], rows: [{ text: '<x>', cells: [{ text: '<x>' }] }] },
                  lines: [],
                },
              ],
            },
            { kind: 'bars', title: '<x>', legend: { value: '<x>' }, rows: [{ name: '<x>', value: 1, text: '<x>' }] },
            { kind: 'headline', figures: [{ name: '<x>', value: '<x>', note: '<x>' }] },
            { kind: 'facts', title: '<x>', facts: [['<x>', '<x>']] },
          ],
        },
      ],
    });
    expect(html).not.toMatch(/<script|<b>t|<img onerror|<x>/);
    expect(html).toContain('src="data:image/png;base64,iVA="');
    expect(html).not.toMatch(/https?:/);
  });
});

describe('charts', () => {
  it('draw every point inside the frame, also when all values are equal or none is finite', () => {
    for (const points of [
      [
        [0, 1],
        [1, 1],
      ],
      [[0, Number.NaN]],
      [],
    ] as [number, number][][]) {
      const chart = lineChart({
        series: [{ name: 's', points: points.filter(([, y]) => Number.isFinite(y)) }],
        x: 'step',
        y: 'loss',
      });
      expect(chart).not.toContain('NaN');
    }
    expect(
      histogram({ sets: [{ name: 'a', values: [2, 2, 2] }], x: 'score', mark: { at: 2, name: 't' } }),
    ).not.toContain('NaN');
  });

  it('give a taller bar to a larger value', () => {
    const chart = barChart({
      groups: ['g'],
      series: [
        { name: 'a', values: [0.25] },
        { name: 'b', values: [0.75] },
      ],
      y: 'score',
    });
    const heights = [...chart.matchAll(/<rect[^>]* height="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(heights[1]! / heights[0]!).toBeCloseTo(3, 1);
  });
});
