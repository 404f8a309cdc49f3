import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import type { Source, SourceRecord } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { defineSource } from './define-source.ts';
import { sourceFailed } from './open-file.ts';
import { ParquetFile } from './parquet-file.ts';
import { recordMaker, requireColumns, requireNames, type TableColumns, tableColumns } from './table-record.ts';

const parquetOptions = z.strictObject(tableColumns);

/**
 * Rows of a Parquet file, or of all in a folder, in the order of their names. Pictures are bytes, a struct that holds them as
 * `bytes` (as the Hugging Face hub writes them), or paths and data URLs as in `csv`. A row group is held at a time, its pictures
 * when they are asked for. Ids are row numbers from 1, `FILE/NUMBER` in a folder, where no `id` is named.
 * @throws AnagramError `invalid-options`; when read `source-failed`, and `invalid-options` for a column that is not there.
 */
export function parquet(path: string, options: TableColumns): Source {
  const columns = parseSettings('parquet', parquetOptions, options);
  requireColumns('parquet', columns);
  return defineSource({
    name: basename(resolve(path)),
    settings: () => ({
      kind: 'parquet',
      ...columns,
      files: findFiles(path).map((file) => ({ name: basename(file), bytes: statSync(file).size })),
    }),
    async *records() {
      const files = findFiles(path);
      const seen = new Set<string>();
      for (const file of files) {
        const prefix = file === path || columns.id !== undefined ? '' : `${basename(file)}/`;
        for await (const record of recordsOf(file, columns)) {
          let id = `${prefix}${record.id}`;
          while (seen.has(id)) id = `${id}#${basename(file)}`;
          seen.add(id);
          yield { ...record, id };
        }
      }
    },
  });
}

async function* recordsOf(path: string, columns: TableColumns): AsyncGenerator<SourceRecord> {
  const file = await ParquetFile.open(path);
  const { image, text, id } = columns;
  requireNames(
    'parquet',
    path,
    file.columns,
    [image, text, id].filter((name) => name !== undefined),
  );
  const stored = image !== undefined && !file.isText(image) ? image : null;
  const said = { ...(text !== undefined && { text }), ...(id !== undefined && { id }) };
  const toRecord = recordMaker(path, stored === null ? columns : said);
  const picture = (row: number) => (stored === null ? {} : { image: file.picture(row, stored) });
  const read = Object.values(stored === null ? columns : said);
  let row = 0;
  if (read.length === 0) {
    for (; row < file.rows; row++) yield { ...toRecord({}, row + 1), ...picture(row) };
    return;
  }
  for await (const cells of file.each(read)) {
    yield { ...toRecord(plainCells(cells), row + 1), ...picture(row) };
    row++;
  }
}

/** Cells as a table's text would have them: bytes are UTF-8 where their writer did not say so, large integers are numbers. */
export function plainCells(row: { readonly [column: string]: unknown }): { readonly [column: string]: unknown } {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (!(value instanceof Uint8Array)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8');
}

function findFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => /^[^.].*\.parquet$/i.test(name));
    if (names.length > 0) return names.sort((a, b) => (a < b ? -1 : 1)).map((name) => join(path, name));
  } catch (error) {
    throw sourceFailed(path, error);
  }
  throw new AnagramError('source-failed', `${path} holds no .parquet files. Give a file or a folder of them.`, {
    path,
  });
}
