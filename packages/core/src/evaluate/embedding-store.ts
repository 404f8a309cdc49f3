import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashBytes } from '../image/hash.ts';
import { writeAtomic } from '../shard/write-atomic.ts';

const keyBytes = 32;
const segment = /^([0-9a-f]{64})\.bin$/;

/**
 * Rows of numbers by key, in a folder of files that are written whole and never change: the keys (32 bytes each), then the rows
 * (width little-endian float32 each). A file's name is the SHA-256 of its bytes, so that a damaged one is noticed. Keys alone are
 * held in memory.
 */
export class EmbeddingStore {
  readonly #dir: string;
  readonly #width: number;
  readonly #places = new Map<string, { readonly file: string; readonly row: number }>();

  private constructor(dir: string, width: number) {
    this.#dir = dir;
    this.#width = width;
  }

  /** Opens the folder, which the first row makes; removes damaged files. */
  static async open(dir: string, width: number): Promise<EmbeddingStore> {
    const store = new EmbeddingStore(dir, width);
    for (const file of (await filesIn(dir)).filter((name) => segment.test(name)).sort()) {
      const bytes = await readFile(join(dir, file));
      if (hashBytes(bytes) === segment.exec(file)![1]) store.#index(file, bytes);
      else await rm(join(dir, file), { force: true });
    }
    return store;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  /**
   * @param keys 64 hex digits each.
   * @param rows (keys, width)
   */
  async add(keys: readonly string[], rows: Float32Array): Promise<void> {
    const numbers = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
    const bytes = Buffer.concat([...keys.map((key) => Buffer.from(key, 'hex')), numbers]);
    const file = `${hashBytes(bytes)}.bin`;
    await writeAtomic(join(this.#dir, file), bytes);
    this.#index(file, bytes);
  }

  /** @returns (keys, width); all keys must be there. */
  async rows(keys: readonly string[]): Promise<Float32Array> {
    const width = this.#width;
    const out = new Float32Array(keys.length * width);
    const wanted = keys.map((key, at) => ({ at, ...this.#places.get(key)! }));
    for (const [file, places] of Map.groupBy(wanted, (place) => place.file)) {
      const bytes = await readFile(join(this.#dir, file));
      const start = this.#count(bytes) * keyBytes;
      const rows = new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length)); // (count, width)
      for (const { at, row } of places) out.set(rows.subarray(row * width, (row + 1) * width), at * width);
    }
    return out;
  }

  #index(file: string, bytes: Buffer): void {
    for (let row = 0; row < this.#count(bytes); row++) {
      this.#places.set(bytes.toString('hex', row * keyBytes, (row + 1) * keyBytes), { file, row });
    }
  }

  #count(bytes: Buffer): number {
    return bytes.length / (keyBytes + 4 * this.#width);
  }
}

async function filesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
