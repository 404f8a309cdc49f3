import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cases } from './cases.ts';
import { renderTables } from './tables.ts';

/** One row of a table: what was compared with whom, and the worst that was found. */
export interface Row {
  readonly table: TableName;
  readonly name: string;
  /** With whom. */
  readonly against: string;
  readonly figures: { readonly [figure: string]: number };
  /** The tensor, picture or text with the worst of a figure. */
  readonly worst?: { readonly [figure: string]: string };
}

export type TableName = 'towers' | 'resnets' | 'pixels' | 'tensors' | 'squashed' | 'texts' | 'saved' | 'scores';

/** The most that a figure may be, where it has a bound. */
export const tolerances: { readonly [table in TableName]: { readonly [figure: string]: number } } = {
  towers: {
    /** Largest difference of an element of the unit rows. */
    features: 1e-5,
    /** Largest difference of a logit, which is a cosine times 14.3. */
    logits: 1e-4,
    loss: 2e-5,
    /** Norm of the difference in parts of the gradient's norm, the worst tensor. */
    gradients: 1e-4,
    /** Norm of the difference in parts of how far the tensor has moved since the start, the worst tensor. */
    'weights after 1': 1e-3,
    'weights after 10': 1e-2,
    /** Of the losses of ten steps. */
    losses: 1e-4,
    /** Of ten steps, in parts of the largest norm. */
    'gradient norms': 1e-3,
  },
  /** Deep networks of ReLU and batch normalisation, whose gradients are less well conditioned: see `docs/parity.md`. */
  resnets: {
    features: 1e-5,
    logits: 1e-4,
    loss: 2e-5,
    gradients: 5e-4,
    'weights after 1': 5e-3,
    'weights after 10': 5e-2,
    losses: 5e-4,
    'gradient norms': 1e-3,
  },
  /** Levels of 0–255. */
  pixels: { worst: 1 },
  /** transformers' own processor where torchvision is installed, whose weights have 16 bits. */
  tensors: { worst: 2 },
  /** The same for SigLIP, where one side may be enlarged and the other shrunk: Pillow may begin with the other side than torchvision. */
  squashed: { worst: 8 },
  /** Texts whose token numbers are others. */
  texts: { differing: 0 },
  saved: { images: 1e-5, texts: 1e-5 },
  scores: { differing: 0 },
};

/** Figures beyond their tolerance, as sentences. */
function beyond({ table, figures, worst }: Row): string[] {
  return Object.entries(tolerances[table]).flatMap(([figure, most]) => {
    const value = figures[figure];
    return value === undefined || value <= most
      ? []
      : [`${figure}: ${value} is more than ${most}${worst?.[figure] ? ` in ${worst[figure]}` : ''}`];
  });
}

/** Keeps a row for the tables. @returns Figures beyond their tolerance, as sentences; each test expects none. */
export async function record(dir: string, row: Row): Promise<string[]> {
  const name = `${row.table} ${row.name} ${row.against}`.replaceAll(/[^\w.-]+/g, '_');
  const order = String((await readdir(join(dir, 'figures'))).length).padStart(4, '0');
  await writeFile(join(dir, 'figures', `${order} ${name}.json`), JSON.stringify(row));
  return beyond(row);
}

export async function readFigures(folder: string): Promise<Row[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Row));
}

const docs = join(import.meta.dirname, '../../docs');

/** Writes rows into `docs/parity.json` and, as tables, into `docs/parity.md`; rows that were not measured this time stay. */
export async function writeDocument(measured: readonly Row[]): Promise<void> {
  const [json, page] = [join(docs, 'parity.json'), join(docs, 'parity.md')];
  const key = ({ table, name, against }: Row) => `${table} ${name} ${against}`;
  const { rows: before } = JSON.parse(await readFile(json, 'utf8')) as { rows: Row[] };
  const kept = new Map([...before, ...measured].map((row) => [key(row), row]));
  const rank = ({ name }: Row) => cases.findIndex(({ row }) => row === name);
  const rows = [...kept.values()].sort((a, b) => rank(a) - rank(b));
  await writeFile(json, `${JSON.stringify({ tolerances, rows }, null, 2)}\n`);
  const [start, end] = ['<!-- figures -->', '<!-- end of figures -->'];
  const text = await readFile(page, 'utf8');
  const [head, tail] = [text.slice(0, text.indexOf(start) + start.length), text.slice(text.indexOf(end))];
  await writeFile(page, `${head}\n\n${renderTables(rows)}\n\n${tail}`);
}
