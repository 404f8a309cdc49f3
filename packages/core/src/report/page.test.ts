import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pageScript, renderPage } from './page.ts';
import { unitChart } from './unit-chart.ts';

function first(): void {
  second(1);
}
function second(value: number): number {
  return value;
}

describe('renderPage', () => {
  it('lets its own script run and no other, and data cannot end the element that holds them', () => {
    const script = pageScript([first], [second]);
    const data = { text: '</script><script>alert(1)</script>', other: '<!--' };
    const html = renderPage({ title: '<b>', subtitle: '"', body: '<p>b</p>', data, script });
    const hash = createHash('sha256').update(script).digest('base64');
    expect(html).toContain(`script-src 'sha256-${hash}'"`);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toMatch(/<b>|<!--|alert\(1\)<\/script>/);
    const [, stored] = /id="data">(.*?)<\/script>/s.exec(html)!;
    expect(JSON.parse(stored!)).toEqual(data);
  });

  it('allows no script where there is none', () => {
    expect(renderPage({ title: 't', subtitle: 's', body: '' })).not.toContain('script');
  });
});

it('a page script holds all its functions and begins with the first', () => {
  const script = pageScript([first], [second]);
  expect(() => new Function(script)()).not.toThrow();
  expect(script).toMatch(/first\(\);\n$/);
});

describe('unitChart', () => {
  it('draws in units of its axes, y from the top, and names its mark', () => {
    const chart = unitChart({
      x: '<x>',
      y: 'share',
      lines: [{ name: 'a', points: [[0, 0.25]], error: [0.5] }],
      columns: [{ from: 0.5, to: 0.75, height: 0.5 }],
      points: [{ x: 0.5, y: 1, interval: [0.75, 1] }],
      diagonal: true,
      mark: { id: 'm', x: 0.125, y: 0.75 },
    });
    expect(chart).toContain('<svg id="m"');
    expect(chart).toContain('x1="0.125" x2="0.125" y1="0.25" y2="0.25"');
    expect(chart).toContain('d="M0 0.75"');
    expect(chart).toContain('d="M0 0.25L0 1Z"');
    expect(chart).toContain('x="0.5" y="0.5" width="0.25" height="0.5"');
    expect(chart).not.toMatch(/NaN|<x>/);
  });
});
