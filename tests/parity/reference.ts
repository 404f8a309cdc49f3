import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';

/** A Python process with the reference libraries that answers questions one after the other (`reference/serve.py`). */
class Reference {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(python: string) {
    const folder = join(import.meta.dirname, 'reference');
    this.#process = spawn(python, [join(folder, 'serve.py')], {
      cwd: folder,
      env: {
        ...process.env,
        PYTHONDONTWRITEBYTECODE: '1',
        // Its threads do not spin while Anagram computes beside it.
        OMP_WAIT_POLICY: 'PASSIVE',
        // Large pages for large tensors: glibc gives each back to the system, and touching it again took a third of the time.
        GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
      },
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    this.#process.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /**
   * Questions that are asked at the same time wait for each other.
   * @param ask `MODULE.FUNCTION` under `reference/`; `given` are its keyword arguments.
   */
  async ask<T>(ask: string, given: object): Promise<T> {
    this.#process.stdin!.write(`${JSON.stringify({ ask, ...given })}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error(`Python ended without an answer to ${ask}: ${this.#errors}`);
    const { answer, error } = JSON.parse(line.value) as { answer: T; error?: string };
    if (error) throw new Error(`Python failed in ${ask}: ${error}`);
    return answer;
  }
}

/** The one process of all files: it takes seconds to import the libraries. It ends with the one that started it, at the end of its stdin. */
export const reference = new Reference(inject('python'));
