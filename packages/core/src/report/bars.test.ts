import { describe, expect, it } from 'vitest';
import { renderBars } from './bars.ts';

const lines = (html: string, kind: string) =>
  [
    ...html
      .split('class="legend"')[0]!
      .matchAll(new RegExp(`<line class="${kind}" x1="([\\d.]+)" x2="([\\d.]+)"`, 'g')),
  ].map(([, from, to]) => [Number(from), Number(to)]);

describe('renderBars', () => {
  it('draws bar, whisker and mark to scale, and says the figures as text', () => {
    const html = renderBars({
      rows: [{ name: 'colour', value: 0.75, interval: [0.5, 0.9], mark: 0.25, text: '0.750 [0.500, 0.900]' }],
      legend: { value: 'score', interval: '95 % interval', mark: 'chance' },
    });
    expect(html).toMatch(/<rect class="bar" x="0" y="3" width="75.00"/);
    expect(lines(html, 'whisker')[0]).toEqual([50, 90]);
    expect(lines(html, 'mark')).toEqual([[25, 25]]);
    expect(html).toContain('<span class="text">0.750 [0.500, 0.900]</span>');
  });

  it('draws points on both sides of 0, and keeps what is outside of the scale at its end', () => {
    const html = renderBars({
      rows: [{ name: 'a', value: -0.05, interval: [-0.3, 0.05], text: '' }],
      shape: 'point',
      domain: [-0.1, 0.1],
      legend: { value: 'difference' },
    });
    expect(lines(html, 'point')).toEqual([[25, 25]]);
    expect(lines(html, 'zero')).toEqual([[50, 50]]);
    expect(lines(html, 'whisker')[0]).toEqual([0, 75]);
  });
});
