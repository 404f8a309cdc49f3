import type * as BullMq from 'bullmq';
import * as z from 'zod';
import { connected, openService, type QueueService } from './queue-service.ts';

const queueName = 'anagram-parts';
const attempts = 3;
/** A part whose worker says nothing for so long is given to another one. */
const lockMilliseconds = 15_000;
const stalledMilliseconds = 5_000;
const addedAtOnce = 1000;
const keptFailures = { age: 7 * 24 * 3600 };

const partJob = z.strictObject({ dir: z.string().min(1), part: z.int().min(0) });

/** What a job says. Everything else stands in the folder, which is the truth. */
export type PartJob = z.infer<typeof partJob>;

/** The jobs as the one who gives them sees them. Nothing else knows BullMQ. */
export class PartQueue implements AsyncDisposable {
  readonly #service: QueueService;
  readonly #queue: BullMq.Queue;

  private constructor(service: QueueService, queue: BullMq.Queue) {
    this.#service = service;
    this.#queue = queue;
  }

  /** @throws AnagramError `invalid-options`, `queue-failed` */
  static async open(url: string): Promise<PartQueue> {
    const service = await openService(url);
    const { library, connection, factory } = service;
    const queue = new library.Queue(queueName, { connection }, factory as undefined);
    return new PartQueue(service, await connected(service, queue));
  }

  /** Adds jobs by id. One that waits or is being worked on stays as it is; one that failed is tried anew. */
  add(jobs: ReadonlyMap<string, PartJob>): Promise<void> {
    return this.#asked(async () => {
      const before = await this.#queue.getFailed();
      await Promise.all(before.filter(({ id }) => jobs.has(id!)).map((job) => job.remove()));
      const opts = {
        attempts,
        backoff: { type: 'exponential', delay: 1000 },
        removeOnComplete: true,
        removeOnFail: keptFailures,
      };
      const all = [...jobs].map(([jobId, data]) => ({ name: 'part', data, opts: { ...opts, jobId } }));
      for (let at = 0; at < all.length; at += addedAtOnce) {
        await this.#queue.addBulk(all.slice(at, at + addedAtOnce));
      }
    });
  }

  /** Why jobs failed that are not going to be tried again, by id. */
  failed(): Promise<Map<string, string>> {
    return this.#asked(async () => {
      const failed = await this.#queue.getFailed();
      return new Map(failed.map(({ id, failedReason }) => [id!, reasonOf(failedReason)]));
    });
  }

  /** Whether a worker is there; true as well where the service does not tell. */
  async hasWorkers(): Promise<boolean> {
    const count = await this.#queue.getWorkersCount().catch(() => null);
    return count !== 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close().catch(() => {});
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw this.#service.failed(error);
    }
  }
}

/**
 * Works on jobs, one at a time, until the signal stops it; the job that it is at then goes back to the others.
 * @param work Does a part. What it throws is the reason of a failed attempt, of which there are three.
 * @throws AnagramError `invalid-options`, `queue-failed`
 */
export async function workOnParts(
  url: string,
  work: (job: PartJob) => Promise<void>,
  options: { signal: AbortSignal; onFailure: (job: PartJob, reason: string) => void },
): Promise<void> {
  const { signal, onFailure } = options;
  const service = await openService(url);
  const { library, connection, factory } = service;
  const process = async (job: BullMq.Job, token?: string) => {
    try {
      await work(partJob.parse(job.data));
    } catch (error) {
      if (!signal.aborted) throw error;
      await job.moveToWait(token);
      throw new library.WaitingError();
    }
  };
  const settings = {
    // A worker waits for a service that is away, however long; who gives the jobs does not.
    connection: { ...connection, ...(factory === undefined && { maxRetriesPerRequest: null }) },
    autorun: false,
    lockDuration: lockMilliseconds,
    stalledInterval: stalledMilliseconds,
    maxStalledCount: attempts - 1,
  };
  const worker = await connected(service, new library.Worker(queueName, process, settings, factory as undefined));
  worker.on('failed', (job, error) => {
    const said = partJob.safeParse(job?.data);
    if (said.success) onFailure(said.data, error.message);
  });
  const running = worker.run();
  await new Promise<void>((stopped) => {
    if (signal.aborted) stopped();
    signal.addEventListener('abort', () => stopped(), { once: true });
  });
  await worker.close();
  await running.catch(() => {});
}

function reasonOf(said: string | undefined): string {
  return said?.startsWith('job stalled')
    ? `${attempts} workers died of it, or fell silent`
    : (said ?? 'no reason was given');
}
