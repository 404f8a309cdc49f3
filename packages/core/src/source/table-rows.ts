import { AnagramError } from '../errors.ts';
import { cells, csvRows } from './csv.ts';
import { jsonArrayRows } from './json.ts';
import { jsonlRows } from './jsonl.ts';
import { readLines } from './open-file.ts';
import { plainCells } from './parquet.ts';
import { ParquetFile } from './parquet-file.ts';
import { requireNames, type TableRow } from './table-record.ts';

/**
 * Rows of a table, whose kind its name tells: .csv, .tsv, .jsonl, .ndjson, .json (an array of objects), .parquet, and .txt, a
 * URL a line in a column of its own, `url`. All but Parquet may be packed (`.gz`).
 * @throws AnagramError `source-failed`; `invalid-options` for another kind, and for a column that is not there.
 */
export function tableRows(
  path: string,
  { where, wanted }: { readonly where: string; readonly wanted: readonly string[] },
): AsyncIterable<TableRow> {
  const kind = /\.(csv|tsv|jsonl|ndjson|json|txt)(\.gz)?$|\.(parquet)$/i.exec(path);
  switch ((kind?.[1] ?? kind?.[3])?.toLowerCase()) {
    case 'csv':
      return csvRows(path, cells.csv, { where, wanted });
    case 'tsv':
      return csvRows(path, cells.tsv, { where, wanted });
    case 'jsonl':
    case 'ndjson':
      return jsonlRows(path);
    case 'json':
      return jsonArrayRows(path);
    case 'parquet':
      return parquetRows(path, where, wanted);
    case 'txt':
      return textRows(path, where, wanted);
    default:
      throw new AnagramError(
        'invalid-options',
        `${where}: "${path}" is no table that is known. Expected .txt, .csv, .tsv, .jsonl, .json (.gz too) or .parquet.`,
        { where },
      );
  }
}

async function* textRows(path: string, where: string, wanted: readonly string[]): AsyncGenerator<TableRow> {
  requireNames(where, path, ['url'], wanted);
  for await (const { line, number } of readLines(path)) {
    const url = line.replace(/^\uFEFF/, '').trim();
    if (url !== '') yield { row: { url }, line: number };
  }
}

async function* parquetRows(path: string, where: string, wanted: readonly string[]): AsyncGenerator<TableRow> {
  const file = await ParquetFile.open(path);
  requireNames(where, path, file.columns, wanted);
  let line = 0;
  for await (const row of file.each(wanted)) yield { row: plainCells(row), line: ++line };
}
