import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import * as z from 'zod';
import type { Source } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { defineSource } from './define-source.ts';
import { fileSettings, openFile, sourceFailed } from './open-file.ts';
import {
  recordMaker,
  requireColumns,
  requireNames,
  type TableColumns,
  type TableRow,
  tableColumns,
} from './table-record.ts';

export interface CsvOptions extends TableColumns {
  /** @default ',' */
  readonly delimiter?: string;
}

const csvOptions = z.strictObject({ ...tableColumns, delimiter: z.string().min(1).default(',') });
const tsvOptions = z.strictObject(tableColumns);

/** Longest row, in characters: a quote that is never closed must not swallow the whole file. */
const maxRow = 64 * 2 ** 20;

/**
 * Rows of a CSV file (UTF-8, header in the first row, `.gz` too). An empty cell is a missing part, so that such a row is a lone
 * text or a lone picture.
 * @throws AnagramError `invalid-options`; when read `source-failed`, and `invalid-options` for a column that is not there.
 */
export function csv(path: string, options: CsvOptions): Source {
  const { delimiter, ...columns } = parseSettings('csv', csvOptions, options);
  return table('csv', path, columns, { ...cells.csv, delimiter });
}

/** Like `csv`, with tabs between the cells and quotes as ordinary characters. */
export function tsv(path: string, options: TableColumns): Source {
  return table('tsv', path, parseSettings('tsv', tsvOptions, options), cells.tsv);
}

function table(
  kind: string,
  path: string,
  columns: TableColumns,
  format: { delimiter: string; quote: string | false },
): Source {
  requireColumns(kind, columns);
  return defineSource({
    name: basename(path),
    settings: () => fileSettings(kind, path, { ...columns, delimiter: format.delimiter }),
    async *records() {
      const toRecord = recordMaker(path, columns);
      const wanted = [columns.image, columns.text, columns.id].filter((name) => name !== undefined);
      for await (const { row, line } of csvRows(path, format, { where: kind, wanted })) yield toRecord(row!, line);
    },
  });
}

/** How cells stand in a file. */
export const cells = {
  csv: { delimiter: ',', quote: '"' },
  tsv: { delimiter: '\t', quote: false },
} as const;

/**
 * Rows under the header's names.
 * @throws AnagramError `source-failed`; `invalid-options` where a column wanted is not there.
 */
export async function* csvRows(
  path: string,
  format: { readonly delimiter: string; readonly quote: string | false },
  { where, wanted }: { readonly where: string; readonly wanted: readonly string[] },
): AsyncGenerator<TableRow> {
  const parser = parse({
    ...format,
    bom: true,
    columns: (header: string[]) => checkedHeader(where, path, header, wanted),
    info: true,
    max_record_size: maxRow,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  pipeline(Readable.from(openFile(path)), parser, () => {});
  let line = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRow>) {
      line = info.lines;
      yield { row: record, line };
    }
  } catch (error) {
    // A quote that is never closed is told at the end of the file, but is to be mended where its row starts.
    throw sourceFailed(path, error, line + 1);
  }
}

interface ParsedRow {
  readonly record: { readonly [column: string]: string };
  readonly info: { readonly lines: number };
}

function checkedHeader(where: string, path: string, header: string[], wanted: readonly string[]): string[] {
  const names = header.map((name) => name.trim());
  requireNames(where, path, names, wanted);
  return names;
}
