import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import type { Source } from '../pair.ts';
import { parseSettings, suggest } from '../settings.ts';
import { defineSource } from './define-source.ts';
import { fileSettings, openFile, sourceFailed } from './open-file.ts';
import { recordMaker, requireColumns, type TableColumns, tableColumns } from './table-record.ts';

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
  return table('csv', path, columns, { delimiter, quote: '"' });
}

/** Like `csv`, with tabs between the cells and quotes as ordinary characters. */
export function tsv(path: string, options: TableColumns): Source {
  return table('tsv', path, parseSettings('tsv', tsvOptions, options), { delimiter: '\t', quote: false });
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
      const parser = parse({
        ...format,
        bom: true,
        columns: (header: string[]) => checkedHeader(kind, path, header, columns),
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
          yield toRecord(record, line);
        }
      } catch (error) {
        // A quote that is never closed is told at the end of the file, but is to be mended where its row starts.
        throw sourceFailed(path, error, line + 1);
      }
    },
  });
}

interface ParsedRow {
  readonly record: { readonly [column: string]: string };
  readonly info: { readonly lines: number };
}

function checkedHeader(where: string, path: string, header: string[], columns: TableColumns): string[] {
  const names = header.map((name) => name.trim());
  for (const wanted of [columns.image, columns.text, columns.id]) {
    if (wanted === undefined || names.includes(wanted)) continue;
    const message = `${where}: ${path} has no column "${wanted}".${suggest(wanted, names)}`;
    throw new AnagramError('invalid-options', message, { where });
  }
  return names;
}
