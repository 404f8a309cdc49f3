import { expect, it } from 'vitest';
import { renderComparison } from './render-comparison.ts';

it('shows for each score both models, the difference with its interval, and p; every text is escaped', () => {
  const html = renderComparison({
    names: ['<i>first</i>', 'second'],
    comparisons: {
      'a task': {
        'all.choice': { first: 0.5, second: 0.46, difference: -0.04, interval: [-0.075, 0.01], p: 0.1239, n: 1200 },
        'size.choice': { first: 0.25, second: 0.5, difference: 0.25, interval: [0.2, 0.3], p: 0.00099, n: 300 },
      },
    },
  });
  const rows = [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((cell) => cell[1]),
  );
  expect(rows).toContainEqual(['all.choice', '0.500', '0.460', '−0.040', '[−0.075, +0.010]', '0.124', '1,200']);
  expect(html).toContain('+0.250 [+0.200, +0.300], p &#60; 0.001');
  expect(html).toContain('second less &#60;i&#62;first&#60;/i&#62;, on the same items: above 0 the second is better.');
  expect(html).toContain('not corrected for the 2 scores');
  expect(html).not.toContain('<i>first');
});
