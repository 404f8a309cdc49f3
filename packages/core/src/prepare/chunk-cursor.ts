import { AnagramError } from '../errors.ts';
import type { Source, SourceRecord } from '../pair.ts';
import { chunkSize } from './ingest.ts';

/**
 * Takes chunks of a source one at a time. In ascending order, as a queue gives them, the source is read once, however many are left
 * out between.
 */
export class ChunkCursor {
  readonly #source: Source;
  readonly #signal: AbortSignal | undefined;
  #reading: AsyncIterator<SourceRecord> | null = null;
  /** Place of the record that comes next. */
  #next = 0;
  /** Up to here the source was told that nobody looks at what is not wanted now. */
  #leftOut = 0;
  #wanted = 0;

  constructor(source: Source, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  /** @throws AnagramError `source-failed` where the source ends before the chunk. */
  async take(number: number): Promise<SourceRecord[]> {
    const first = number * chunkSize;
    this.#wanted = number;
    if (!this.#reading || first < this.#next || first < this.#leftOut) await this.#restart();
    const records: SourceRecord[] = [];
    try {
      for (; this.#next < first + chunkSize; this.#next++) {
        const { done, value } = await this.#reading!.next();
        if (done) break;
        if (this.#next >= first) records.push(value);
      }
    } catch (error) {
      this.#reading = null;
      throw error;
    }
    if (records.length > 0) return records;
    throw new AnagramError(
      'source-failed',
      `${this.#source.name} ends at record ${this.#next}, before part ${number}. Expected the records that were counted when the run began. Leave the source as it was.`,
      { path: this.#source.name },
    );
  }

  async close(): Promise<void> {
    await this.#reading?.return?.();
    this.#reading = null;
  }

  async #restart(): Promise<void> {
    await this.close();
    this.#next = 0;
    this.#leftOut = 0;
    const wanted = (index: number) => {
      if (Math.floor(index / chunkSize) === this.#wanted) return true;
      this.#leftOut = Math.max(this.#leftOut, index + 1);
      return false;
    };
    const options = { wanted, ...(this.#signal && { signal: this.#signal }) };
    this.#reading = this.#source.records(options)[Symbol.asyncIterator]();
  }
}
