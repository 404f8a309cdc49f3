import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { AnagramError } from '../../errors.ts';
import type { ImageFile } from '../../pair.ts';
import { sourceFailed } from '../../source/open-file.ts';
import { ParquetFile } from '../../source/parquet-file.ts';

/** A cell of a CSV file with an integer; an empty cell is none. */
export const integerCell = z
  .string()
  .regex(/^\s*-?\d+\s*$/, 'expected an integer')
  .transform(Number);

/**
 * A benchmark's annotation files under their published names. Each file is checked whole, and its SHA-256 is kept for the
 * report: benchmarks change without a new name.
 */
export class Annotations {
  readonly dir: string;
  readonly publishedAt: string;
  /** SHA-256 by file name, of the files read so far. */
  readonly hashes: { [file: string]: string } = {};

  /** @param publishedAt Where the owners publish the files; part of every error. */
  constructor(dir: string, publishedAt: string) {
    this.dir = dir;
    this.publishedAt = publishedAt;
  }

  /** Whether there is such a file: some are not of the benchmark's own. */
  has(file: string): Promise<boolean> {
    return access(join(this.dir, file)).then(
      () => true,
      () => false,
    );
  }

  /** A file with one JSON array or object. */
  async json<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>> {
    const value = this.#check(file, schema, this.#parse(file, await this.#text(file)));
    this.#requireRecords(file, Object.keys(value as object).length);
    return value;
  }

  /** A file with one JSON value a line. */
  async jsonLines<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>[]> {
    const values = (await this.#text(file))
      .split('\n')
      .flatMap((line, at) =>
        line.trim() === '' ? [] : [this.#check(file, schema, this.#parse(file, line, at + 1), at + 1)],
      );
    this.#requireRecords(file, values.length);
    return values;
  }

  /** A YAML file of one level, each line `KEY: "value"`. */
  async flatYaml<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>> {
    const entries = (await this.#text(file))
      .split('\n')
      .map((line) => /^([\w-]+)\s*:\s*["']?(.*?)["']?\s*$/.exec(line))
      .flatMap((match) => (match ? [[match[1]!, match[2]!]] : []));
    return this.#check(file, schema, Object.fromEntries(entries));
  }

  /** Rows of a CSV file as objects by column; `columns` stands for a header that the file lacks or is not to be trusted in. */
  async csv<S extends z.ZodType>(file: string, schema: S, columns?: readonly string[]): Promise<z.output<S>[]> {
    const text = await this.#text(file);
    let rows: { record: unknown; info: { lines: number } }[];
    try {
      rows = parse(text, {
        bom: true,
        info: true,
        columns: columns ? [...columns] : true,
        from: columns ? 2 : 1,
        skip_empty_lines: true,
      });
    } catch (error) {
      throw this.#broken(file, undefined, (error as Error).message);
    }
    this.#requireRecords(file, rows.length);
    return rows.map(({ record, info }) => this.#check(file, schema, record, info.lines));
  }

  /**
   * Rows of the Parquet files `PREFIX-*.parquet`, in the order of their names, below the folder or in its `data/`, as the Hugging Face hub
   * keeps them.
   * @param schema Of the columns that are read.
   * @returns Each row with its pictures, by column.
   */
  async parquet<S extends z.ZodObject>(
    prefix: string,
    schema: S,
  ): Promise<{ row: z.output<S>; picture: (column: string) => ImageFile }[]> {
    const files = await this.#parquetFiles(prefix);
    const rows: { row: z.output<S>; picture: (column: string) => ImageFile }[] = [];
    for (const file of files) {
      const parquet = await ParquetFile.open(join(this.dir, file));
      const absent = Object.keys(schema.shape).find((column) => !parquet.columns.includes(column));
      if (absent !== undefined) throw this.#broken(file, undefined, `expected a column "${absent}"`);
      this.hashes[file] = await sha256Of(join(this.dir, file));
      const read = await parquet.read(Object.keys(schema.shape));
      this.#requireRecords(file, read.length);
      read.forEach((row, at) => {
        rows.push({
          row: this.#check(file, schema, row, at + 1),
          picture: (column) => parquet.picture(at, column),
        });
      });
    }
    return rows;
  }

  async #parquetFiles(prefix: string): Promise<string[]> {
    for (const folder of ['', 'data/']) {
      const names = await readdir(join(this.dir, folder)).catch(() => []);
      const own = names.filter((name) => name.startsWith(`${prefix}-`) && name.endsWith('.parquet')).sort();
      if (own.length > 0) return own.map((name) => `${folder}${name}`);
    }
    return [];
  }

  /** @throws AnagramError `source-failed`, for what a schema cannot tell. */
  broken(file: string, place: string, expected: string): AnagramError {
    return this.#broken(file, undefined, expected, place);
  }

  async #text(file: string): Promise<string> {
    const path = join(this.dir, file);
    try {
      const bytes = await readFile(path);
      this.hashes[file] = createHash('sha256').update(bytes).digest('hex');
      return bytes.toString('utf8').replace(/^\uFEFF/, '');
    } catch (error) {
      const { message } = sourceFailed(path, error);
      const remedy = `The file is published at ${this.publishedAt}.`;
      throw new AnagramError('source-failed', `${message} ${remedy}`, { path }, { cause: error });
    }
  }

  /** A file without records would silently leave a mean. */
  #requireRecords(file: string, count: number): void {
    if (count === 0) throw this.#broken(file, undefined, 'expected records, received none');
  }

  #parse(file: string, text: string, line?: number): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.#broken(file, line, (error as Error).message);
    }
  }

  #check<S extends z.ZodType>(file: string, schema: S, value: unknown, line?: number): z.output<S> {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const { path, message } = result.error.issues[0]!;
    throw this.#broken(file, line, message, path.join('.'));
  }

  #broken(file: string, line: number | undefined, message: string, place = ''): AnagramError {
    const path = join(this.dir, file);
    const where = [path, line === undefined ? '' : `line ${line}`, place].filter((part) => part !== '').join(', ');
    const remedy = `Fetch the file again from ${this.publishedAt}`;
    return new AnagramError(
      'source-failed',
      `${where}: ${message.replace(/\.$/, '')}. ${remedy}.`,
      line === undefined ? { path } : { path, line },
    );
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
