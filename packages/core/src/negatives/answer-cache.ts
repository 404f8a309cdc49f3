import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../pair.ts';
import { writeAtomic } from '../shard/write-atomic.ts';

/**
 * What generators returned, under the hash of everything that they were asked: model, prompt version, parameters and input.
 * An answer is never asked for twice, whatever happens to the run.
 */
export class AnswerCache {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The kept answer to a question, or that of `ask`, which is kept then. */
  async answer(question: Json, ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const hash = createHash('sha256').update(JSON.stringify(question)).digest('hex');
    const path = join(this.#dir, hash.slice(0, 2), hash);
    const kept = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (kept) return kept;
    const answer = await ask();
    await writeAtomic(path, answer);
    return answer;
  }
}
