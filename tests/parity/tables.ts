import type { Row, TableName } from './figures.ts';

const titles: { readonly [table in TableName]: string } = {
  towers: 'Towers and training',
  resnets: 'Deep ResNets',
  pixels: 'Pixels by Pillow: levels of 0–255',
  tensors: 'Pixels by torchvision',
  squashed: 'Pixels by torchvision, to a square whatever the aspect',
  texts: 'Token numbers',
  saved: 'Models that Anagram trained and saved',
  scores: 'Scores',
};

/** Markdown: one table of each kind that has rows. */
export function renderTables(rows: readonly Row[]): string {
  const kinds = (Object.keys(titles) as TableName[]).filter((table) => rows.some((row) => row.table === table));
  return kinds
    .map((kind) =>
      renderTable(
        titles[kind],
        rows.filter(({ table }) => table === kind),
      ),
    )
    .join('\n\n');
}

function renderTable(title: string, rows: readonly Row[]): string {
  const figures = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const lines = [
    ['', 'against', ...figures],
    ['---', '---', ...figures.map(() => '---:')],
    ...rows.map(({ name, against, figures: of }) => [name, against, ...figures.map((figure) => show(of[figure]))]),
  ];
  return [`**${title}**`, '', ...lines.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

function show(value: number | undefined): string {
  if (value === undefined) return '–';
  return Number.isInteger(value) ? String(value) : value.toPrecision(2).replace('e-', 'e−');
}
