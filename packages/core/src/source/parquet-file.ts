import { basename } from 'node:path';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import type { ImageFile } from '../pair.ts';
import { sourceFailed } from './open-file.ts';

type Row = { readonly [column: string]: unknown };

/** A Parquet file, as the Hugging Face hub keeps data sets. Pictures are read when they are needed, a row group at once. */
export class ParquetFile {
  readonly path: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly #buffer: AsyncBuffer;
  readonly #metadata: FileMetaData;
  /** First row of each row group. */
  readonly #starts: readonly number[];
  /** Pictures of the row groups read last: pictures are asked for in order, several at a time. */
  readonly #groups = new Map<string, Promise<Row[]>>();

  private constructor(path: string, buffer: AsyncBuffer, metadata: FileMetaData) {
    this.path = path;
    this.rows = Number(metadata.num_rows);
    this.#buffer = buffer;
    this.#metadata = metadata;
    const root = metadata.schema[0]!;
    this.columns = topLevel(metadata, root.num_children ?? 0);
    let start = 0;
    this.#starts = metadata.row_groups.map(({ num_rows }) => {
      start += Number(num_rows);
      return start - Number(num_rows);
    });
  }

  /** @throws AnagramError `source-failed` where it cannot be read or is no Parquet file. */
  static async open(path: string): Promise<ParquetFile> {
    try {
      const buffer = await asyncBufferFromFile(path);
      return new ParquetFile(path, buffer, await parquetMetadataAsync(buffer));
    } catch (error) {
      throw sourceFailed(path, error);
    }
  }

  /** All rows, with some of their columns. @throws AnagramError `source-failed` */
  read(columns: readonly string[]): Promise<Row[]> {
    return this.#read(columns, 0, this.rows);
  }

  /** Rows one after the other, with some of their columns: no more than a row group of them is held. @throws AnagramError `source-failed` */
  async *each(columns: readonly string[]): AsyncGenerator<Row> {
    for (const [group, start] of this.#starts.entries()) {
      yield* await this.#read(columns, start, this.#starts[group + 1] ?? this.rows);
    }
  }

  /** Whether a column's cells are texts: paths, where pictures are asked for. */
  isText(column: string): boolean {
    return this.#metadata.schema.some(
      ({ name, converted_type, logical_type }) =>
        name === column && (converted_type === 'UTF8' || logical_type?.type === 'STRING'),
    );
  }

  /** The picture of a cell: bytes, or a struct that holds them as `bytes`, as the hub writes them. */
  picture(row: number, column: string): ImageFile {
    const name = `${basename(this.path)}, row ${row}, ${column}`;
    return {
      name,
      bytes: async () => {
        const value = (await this.#groupOf(row, column))[column];
        const bytes = value instanceof Uint8Array ? value : (value as { bytes?: unknown } | null)?.bytes;
        if (bytes instanceof Uint8Array) return bytes;
        throw sourceFailed(this.path, new Error(`row ${row} has no picture in the column ${column}`));
      },
    };
  }

  async #groupOf(row: number, column: string): Promise<Row> {
    const group = this.#starts.findLastIndex((start) => start <= row);
    const start = this.#starts[group]!;
    const columns = this.#pictureColumns(column);
    const key = `${group} ${columns}`;
    let rows = this.#groups.get(key);
    if (!rows) {
      rows = this.#read(columns, start, this.#starts[group + 1] ?? this.rows);
      this.#groups.set(key, rows);
      if (this.#groups.size > 2) this.#groups.delete(this.#groups.keys().next().value!);
    }
    return (await rows)[row - start]!;
  }

  /** Columns that hold bytes are read together: the pictures of a row are wanted one after the other. */
  #pictureColumns(column: string): string[] {
    const binary = new Set(
      this.#metadata.row_groups[0]?.columns
        .map(({ meta_data }) => meta_data?.path_in_schema)
        .flatMap((path) => (path?.at(-1) === 'bytes' ? [path[0]!] : [])),
    );
    return [...binary.add(column)];
  }

  async #read(columns: readonly string[], rowStart: number, rowEnd: number): Promise<Row[]> {
    try {
      const file = this.#buffer;
      const metadata = this.#metadata;
      return await parquetReadObjects({ file, metadata, columns: [...columns], rowStart, rowEnd, utf8: false });
    } catch (error) {
      throw sourceFailed(this.path, error);
    }
  }
}

/** Names of the columns; the schema is a tree, written depth first. */
function topLevel({ schema }: FileMetaData, count: number): string[] {
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at++]!.num_children ?? 0;
    for (let child = 0; child < children; child++) skip();
  };
  for (let column = 0; column < count; column++) {
    names.push(schema[at]!.name);
    skip();
  }
  return names;
}
