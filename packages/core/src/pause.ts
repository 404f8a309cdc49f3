import { setTimeout as sleep } from 'node:timers/promises';

/** @throws The signal's reason, where it is aborted meanwhile. */
export async function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted());
}
