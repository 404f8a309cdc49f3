import { basename } from 'node:path';
import * as z from 'zod';
import type { Source } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { defineSource } from './define-source.ts';
import { fileSettings, readLines } from './open-file.ts';
import { recordMaker, requireColumns, type TableColumns, type TableRow, tableColumns } from './table-record.ts';

const jsonlOptions = z.strictObject(tableColumns);

/**
 * One JSON object a line (UTF-8, `.gz` too). A missing or empty key is a missing part; a line that is no object becomes an
 * empty record that says so.
 * @throws AnagramError `invalid-options`; when read `source-failed`.
 */
export function jsonl(path: string, options: TableColumns): Source {
  const columns = parseSettings('jsonl', jsonlOptions, options);
  requireColumns('jsonl', columns);
  return defineSource({
    name: basename(path),
    settings: () => fileSettings('jsonl', path, { ...columns }),
    async *records() {
      const toRecord = recordMaker(path, columns);
      for await (const { row, line, problem } of jsonlRows(path)) {
        yield row ? toRecord(row, line) : { ...toRecord({}, line), ...(problem !== undefined && { problem }) };
      }
    },
  });
}

/** @throws AnagramError `source-failed` */
export async function* jsonlRows(path: string): AsyncGenerator<TableRow> {
  for await (const { line, number } of readLines(path)) {
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (text.trim() === '') continue;
    const row = parseObject(text);
    if (row) yield { row, line: number };
    else yield { row, line: number, problem: `line ${number} is not a JSON object: ${text.slice(0, 60)}` };
  }
}

export function parseObject(text: string): { readonly [key: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
