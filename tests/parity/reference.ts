import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** A Python process with the reference libraries that answers questions one after the other (`reference/serve.py`). */
export class Reference implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #errors = '';

  constructor(python: string) {
    const folder = join(import.meta.dirname, 'reference');
    this.#process = spawn(python, [join(folder, 'serve.py')], {
      cwd: folder,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    this.#process.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#reader = createInterface({ input: this.#process.stdout! });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** @param ask `MODULE.FUNCTION` under `reference/`; `given` are its keyword arguments. */
  async ask<T>(ask: string, given: object): Promise<T> {
    this.#process.stdin!.write(`${JSON.stringify({ ask, ...given })}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error(`Python ended without an answer to ${ask}: ${this.#errors}`);
    const { answer, error } = JSON.parse(line.value) as { answer: T; error?: string };
    if (error) throw new Error(`Python failed in ${ask}: ${error}`);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.close();
    this.#process.stdin!.end();
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'close');
  }
}
