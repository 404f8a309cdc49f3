import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';

/** What a service bears. */
export interface Limits {
  /** Requests at the same time. @default 4 */
  readonly concurrency?: number;
  readonly requestsPerMinute?: number;
}

/** The requests to one service: at most so many at a time and a minute, and none while it asks to be left alone. */
export class Lane {
  readonly #queue: PQueue;
  #quietUntil = 0;

  constructor({ concurrency = 4, requestsPerMinute }: Limits) {
    this.#queue = new PQueue({
      concurrency,
      ...(requestsPerMinute !== undefined && { intervalCap: requestsPerMinute, interval: 60_000 }),
    });
  }

  /** Nothing is sent for so many milliseconds. */
  pause(milliseconds: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, performance.now() + milliseconds);
  }

  run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.#queue.add(
      async () => {
        await pauseFor(this.#quietUntil - performance.now(), signal);
        return work();
      },
      signal ? { signal } : {},
    ) as Promise<T>;
  }
}

/** Waits; an abort ends it with its reason. */
export async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds <= 0) return;
  await sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
}
