import { type FileHandle, open } from 'node:fs/promises';
import type { StepRecord } from '../events.ts';

/** `log.jsonl`: one line per logged step, cut back to the checkpoint when a run goes on. */
export class RunLog {
  readonly #file: FileHandle;
  #bytes: number;

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /** @param bytes Length that belongs to the steps done; what follows is cut off. */
  static async open(path: string, bytes: number): Promise<RunLog> {
    const file = await open(path, 'a');
    const length = Math.min(bytes, (await file.stat()).size);
    await file.truncate(length);
    return new RunLog(file, length);
  }

  async write(record: StepRecord): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    await this.#file.appendFile(line);
    this.#bytes += line.length;
  }

  /** Waits until all lines are on the disk. @returns The length in bytes. */
  async sync(): Promise<number> {
    await this.#file.sync();
    return this.#bytes;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
