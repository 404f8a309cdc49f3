import { isAnagramError } from '@anagram/core';

/** Stable exit codes: 0 ok, 1 failed, 2 bad usage, 3 partial (some records could not be used), 130 interrupted. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, partial: 3, interrupted: 130 } as const;

/** Exit code and text for an error that ended a command. */
export function explain(error: unknown, signal: AbortSignal): { code: number; text: string } {
  if (signal.aborted) return { code: exitCodes.interrupted, text: 'stopped; run the same command to continue' };
  const code = isAnagramError(error, 'invalid-options') ? exitCodes.usage : exitCodes.failed;
  return { code, text: chain(error).join('\n') };
}

/** The error's sentence and, indented, those of its causes. */
function chain(error: unknown, depth = 0): string[] {
  const message = error instanceof Error ? error.message : String(error);
  const line = depth === 0 ? `✖ ${message}` : `${'  '.repeat(depth)}Caused by: ${message}`;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined || depth > 5 ? [line] : [line, ...chain(cause, depth + 1)];
}
