import { expect, it } from 'vitest';
import { renderComparison } from './render-comparison.ts';

it('shows for each score both models, the difference with its interval, and p; every text is escaped', () => {
  const tasks = {
    'a task': {
      'all.choice': { first: 0.5, second: 0.46, difference: -0.04, interval: [-0.075, 0.01], p: 0.1239, n: 1200 },
      'size.choice': { first: 0.25, second: 0.5, difference: 0.25, interval: [0.2, 0.3], p: 0.00099, n: 300 },
    },
  } as const;
  const refused = { cola: 'cola was run on the <first> model alone.' };
  const html = renderComparison([{ first: '<i>first</i>', second: 'second', tasks, refused }]);
  const rows = [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((cell) => cell[1]),
  );
  expect(rows).toContainEqual(['all.choice', '0.500', '0.460', '−0.040', '[−0.075, +0.010]', '0.124', '1,200']);
  expect(html).toContain('+0.250 [+0.200, +0.300], p &#60; 0.001');
  expect(html).toContain('<h3>second less &#60;i&#62;first&#60;/i&#62;</h3>');
  expect(html).toContain('not corrected for the 2 scores');
  expect(html).toContain('cola was run on the &#60;first&#62; model alone.');
  expect(html).not.toContain('<i>first');
  expect(renderComparison([])).toContain('the 0 scores');
  const third = renderComparison([
    { first: 'a', second: 'b', tasks },
    { first: 'a', second: 'c', tasks },
  ]);
  expect([...third.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title)).toEqual(['b: a task', 'c: a task']);
});
