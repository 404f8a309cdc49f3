import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from './pair.ts';
import { lockWhenFree } from './shard/lock.ts';
import { writeAtomic } from './shard/write-atomic.ts';

/**
 * What generators returned, under the hash of everything that they were asked: model, prompt version, parameters and input.
 * An answer is never asked for twice, whatever happens to the run: it is written whole, and of several askers (other
 * processes too) one asks and the others wait for its answer.
 */
export class AnswerCache {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The kept answer to a question, or null. */
  async find(question: Json): Promise<Uint8Array | null> {
    return readFile(this.#pathOf(question).path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
  }

  /** The kept answer to a question, or that of `ask`, which is kept then. */
  async answer(
    question: Json,
    ask: () => Promise<Uint8Array>,
    options: { signal?: AbortSignal } = {},
  ): Promise<Uint8Array> {
    const kept = await this.find(question);
    if (kept) return kept;
    const { folder, path } = this.#pathOf(question);
    await using _lock = await lockWhenFree(folder, options);
    const meanwhile = await this.find(question);
    if (meanwhile) return meanwhile;
    const answer = await ask();
    await writeAtomic(path, answer);
    return answer;
  }

  /** A folder has one asker at a time: 4096 of them, so that questions of one run seldom wait for each other. */
  #pathOf(question: Json): { folder: string; path: string } {
    const hash = createHash('sha256').update(JSON.stringify(question)).digest('hex');
    const folder = join(this.#dir, hash.slice(0, 3));
    return { folder, path: join(folder, hash) };
  }
}
