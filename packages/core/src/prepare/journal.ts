import { readFile } from 'node:fs/promises';
import { appendLine } from '../shard/write-atomic.ts';

/**
 * Results by record id, appended line by line as they are had: what a stage has found out survives any end of the process,
 * and an unfinished last line does not count.
 */
export class Journal<T extends { readonly id: string }> {
  readonly entries: Map<string, T>;
  readonly #path: string;

  private constructor(path: string, entries: Map<string, T>) {
    this.#path = path;
    this.entries = entries;
  }

  static async open<T extends { readonly id: string }>(path: string): Promise<Journal<T>> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const entries = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as T);
    return new Journal(path, new Map(entries.map((entry) => [entry.id, entry])));
  }

  has(id: string): boolean {
    return this.entries.has(id);
  }

  async add(entries: readonly T[]): Promise<void> {
    if (entries.length === 0) return;
    await appendLine(this.#path, entries.map((entry) => JSON.stringify(entry)).join('\n'));
    for (const entry of entries) this.entries.set(entry.id, entry);
  }
}
