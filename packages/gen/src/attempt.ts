import { AnagramError } from '@anagram/core';
import { APICallError, NoImageGeneratedError, NoObjectGeneratedError, RetryError } from 'ai';
import type { ModelHandle } from './openai-compatible.ts';

/** How a generator talks to its model. */
export interface WireOptions {
  readonly model: ModelHandle;
  /** Repetitions after a busy server (429, 5xx; waits as long as it asks for), and again after an unusable answer. @default 2 */
  readonly maxRetries?: number;
  /** Longest wait for one answer, repetitions included, in milliseconds. @default 120000 */
  readonly timeoutMs?: number;
}

/**
 * What came of a request. `answer`: the model said something unusable, and another try may help. `busy`: the server did not
 * answer in time, or asked to come back later, more often than was wanted.
 */
export type Attempt<T> = { readonly value: T } | { readonly problem: 'answer' | 'busy'; readonly message: string };

/**
 * Makes one request; the AI SDK repeats it while the server is busy.
 * @throws AnagramError `generation-failed` where repeating cannot help (no server, wrong key, unknown model); `signal.reason`.
 */
export async function attempt<T>(
  { model, timeoutMs = 120_000 }: WireOptions,
  signal: AbortSignal | undefined,
  request: (abortSignal: AbortSignal) => Promise<T>,
): Promise<Attempt<T>> {
  signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return { value: await request(signal ? AbortSignal.any([signal, deadline]) : deadline) };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (deadline.aborted) return { problem: 'busy', message: `no answer within ${timeoutMs / 1000} s` };
    const last = RetryError.isInstance(error) ? error.lastError : error;
    if (NoObjectGeneratedError.isInstance(last))
      return { problem: 'answer', message: `an answer of another form (${last.finishReason})` };
    if (NoImageGeneratedError.isInstance(last)) return { problem: 'answer', message: 'no picture' };
    if (!APICallError.isInstance(last)) throw failure(model, 'could not be used', messageOf(last));
    const { statusCode, isRetryable } = last;
    if (statusCode === undefined) throw failure(model, 'cannot be reached', last.message);
    if (statusCode < 400) return { problem: 'answer', message: 'an answer that is no such JSON' };
    if (isRetryable) return { problem: 'busy', message: `status ${statusCode}` };
    throw failure(model, `refused the request with status ${statusCode}`, last.message);
  }
}

/** @param remedy What to do, without a full stop. */
export function failure(
  model: ModelHandle,
  what: string,
  message: string,
  remedy?: string,
): AnagramError<'generation-failed'> {
  const advice =
    remedy ??
    'Check that the server runs, its address, the API key and the name of the model, then run the same command again';
  const sentence = `${model.id} at ${model.address} ${what}: ${message.replace(/\.$/, '')}. Expected an answer. ${advice}.`;
  // The wire's own error is not passed on as a cause: it holds the request and the server's words, keys among them.
  return new AnagramError('generation-failed', model.redact(sentence), { model: model.id });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
