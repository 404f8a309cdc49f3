import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { explained, syncFolder } from '../shard/write-atomic.ts';

/**
 * Rows of numbers in a file that only grows: (count, width) little-endian float32. What is added is on the disk before anything
 * goes on; none of it is held in memory.
 */
export class RowFile implements AsyncDisposable {
  readonly width: number;
  readonly #path: string;
  readonly #file: FileHandle;
  #count: number;

  private constructor(path: string, file: FileHandle, width: number, count: number) {
    this.#path = path;
    this.#file = file;
    this.width = width;
    this.#count = count;
  }

  /** Opens the file, or makes it. @throws AnagramError `write-failed` */
  static async open(path: string, width: number): Promise<RowFile> {
    return explained(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'a+');
      await syncFolder(dirname(path));
      return new RowFile(path, file, width, Math.floor((await file.stat()).size / (4 * width)));
    });
  }

  /** Whole rows; what a killed process left after them does not count. */
  get count(): number {
    return this.#count;
  }

  /** Cuts off all rows after the first ones. @throws AnagramError `write-failed` */
  async keep(count: number): Promise<void> {
    await explained(this.#path, () => this.#file.truncate(count * 4 * this.width));
    this.#count = count;
  }

  /** @param rows (any number, width) @throws AnagramError `write-failed` */
  async add(rows: Float32Array): Promise<void> {
    await explained(this.#path, async () => {
      await this.#file.appendFile(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
      await this.#file.sync();
    });
    this.#count += rows.length / this.width;
  }

  /** @param places Below `count`. @returns (places, width) */
  async rows(places: readonly number[]): Promise<Float32Array> {
    const rows = new Float32Array(places.length * this.width);
    const bytes = 4 * this.width;
    for (const [k, place] of places.entries()) {
      await this.#file.read(new Uint8Array(rows.buffer, k * bytes, bytes), 0, bytes, place * bytes);
    }
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
