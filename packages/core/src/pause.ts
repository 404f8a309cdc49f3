import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

/** @throws The signal's reason, where it is aborted meanwhile. */
export async function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted());
}

/** Lets other work go on. @throws The signal's reason, where it is aborted. */
export async function giveWay(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}
