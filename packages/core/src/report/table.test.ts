import { expect, it } from 'vitest';
import { renderTable } from './table.ts';

const cells = (html: string) => [...html.matchAll(/<t[dh](?: [^>]*)?>/g)].map(([tag]) => tag.includes('class="n"'));
const texts = (html: string) => [...html.matchAll(/<td[^>]*>([^<]*)</g)].map((match) => match[1]);

it('shows the numbers of a column with the same decimals, and without any where all are whole', () => {
  const html = renderTable({
    head: ['name', 'n', 'share'],
    rows: [
      ['a', 1200, 1],
      ['b', 7, 0.25],
    ],
  });
  expect(texts(html)).toEqual(['a', '1,200', '1.000', 'b', '7', '0.250']);
});

it('puts columns of figures to the right with their heads, be they numbers or texts, and words to the left', () => {
  const rows = [
    ['a 1', 1, '[0.10, 0.20]', '–'],
    ['b', 2, '< 0.001', '−0.5'],
  ];
  const right = [false, true, true, true];
  expect(cells(renderTable({ head: ['a', 'b', 'c', 'd'], rows }))).toEqual([...right, ...right, ...right]);
});
