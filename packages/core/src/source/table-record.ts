import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import type { SourceRecord } from '../pair.ts';
import { suggest } from '../settings.ts';
import { fileInCell } from './image-file.ts';

/** Which columns (or keys) of a table hold what. At least one of `image` and `text`. */
export interface TableColumns {
  /** Path (relative to the table's folder) or data URL of the picture. */
  readonly image?: string;
  readonly text?: string;
  /** Names the record in verdicts and labels. @default the line number */
  readonly id?: string;
}

export const tableColumns = {
  image: z.string().min(1).exactOptional(),
  text: z.string().min(1).exactOptional(),
  id: z.string().min(1).exactOptional(),
};

/** A row under the names of its columns, or why there is none. */
export interface TableRow {
  readonly row: { readonly [column: string]: unknown } | null;
  /** From 1: in the file, or of the row where the format has no lines. */
  readonly line: number;
  readonly problem?: string;
}

/** @throws AnagramError `invalid-options` where a column wanted is not there. */
export function requireNames(where: string, path: string, names: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.find((name) => !names.includes(name));
  if (missing === undefined) return;
  const message = `${where}: ${path} has no column "${missing}".${suggest(missing, names)}`;
  throw new AnagramError('invalid-options', message, { where });
}

/** @throws AnagramError `invalid-options`. */
export function requireColumns(where: string, { image, text }: TableColumns): void {
  if (image !== undefined || text !== undefined) return;
  throw new AnagramError(
    'invalid-options',
    `${where}: expected the name of an \`image\` or a \`text\` column, received neither. Say which column holds what, e.g. { image: 'path', text: 'caption' }.`,
    { where },
  );
}

/** Turns rows into records with unique ids. One for each reading of a table. */
export function recordMaker(path: string, columns: TableColumns) {
  const seen = new Set<string>();
  return (row: { readonly [column: string]: unknown }, line: number): SourceRecord => {
    const problems: string[] = [];
    const read = (column: string | undefined): string | undefined => {
      const value = column === undefined || !Object.hasOwn(row, column) ? undefined : row[column];
      if (typeof value === 'string') return value.trim() || undefined;
      if (value !== undefined && value !== null) problems.push(`line ${line}: expected a text in "${column}"`);
      return undefined;
    };
    const image = read(columns.image);
    const text = read(columns.text);
    const given = columns.id === undefined ? undefined : Object.hasOwn(row, columns.id) ? row[columns.id] : undefined;
    const wanted = typeof given === 'string' || typeof given === 'number' ? String(given) : '';
    let id = wanted === '' ? String(line) : wanted;
    while (seen.has(id)) id = `${id}#${line}`;
    seen.add(id);
    return {
      id,
      ...(image === undefined ? {} : { image: fileInCell(image, path, line) }),
      ...(text === undefined ? {} : { text }),
      ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
    };
  };
}
