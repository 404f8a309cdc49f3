import { type ErrorCode, isAnagramError } from '@anagram/core';

/**
 * Stable exit codes: 0 ok; 1 failed; 2 bad usage, which is whatever the command line says wrong: a flag, a value, a path at which
 * there is nothing; 3 partial (some records could not be used, some tasks not run, some parts failed, a budget is spent); 130 interrupted.
 */
export const exitCodes = { ok: 0, failed: 1, usage: 2, partial: 3, interrupted: 130 } as const;

/** What `--json` prints on stdout in place of a result. */
export interface ErrorReport {
  readonly error: {
    /** `interrupted`, `unknown` for an error that is none of this SDK's, or the SDK's code. */
    readonly code: ErrorCode | 'interrupted' | 'unknown';
    readonly message: string;
    /** The flag, setting, file or folder in question; null where there is none. */
    readonly where: string | null;
  };
}

/** Exit code, text for people, and report for `--json` of an error that ended a command. */
export function explain(error: unknown, signal: AbortSignal): { code: number; text: string; report: ErrorReport } {
  if (signal.aborted) {
    const text = 'stopped; run the same command to continue';
    return {
      code: exitCodes.interrupted,
      text,
      report: { error: { code: 'interrupted', message: text, where: null } },
    };
  }
  const code = isAnagramError(error, 'invalid-options')
    ? exitCodes.usage
    : isAnagramError(error, 'budget-spent') || isAnagramError(error, 'parts-failed')
      ? exitCodes.partial
      : exitCodes.failed;
  const message = sentence(error);
  const report = {
    error: { code: isAnagramError(error) ? error.code : 'unknown', message, where: whereOf(error) },
  } as const;
  return { code, text: chain(error).join('\n'), report };
}

function whereOf(error: unknown): string | null {
  if (!isAnagramError(error)) return null;
  const details: { readonly [name: string]: unknown } = { ...error.details };
  const place = ['where', 'path', 'dir', 'name', 'operation', 'model', 'queue'].map((key) => details[key]);
  return place.find((value) => typeof value === 'string') ?? null;
}

/** The error's sentence and, indented, those of its causes, as far as they say more. */
function chain(error: unknown, depth = 0): string[] {
  const line = depth === 0 ? `✖ ${sentence(error)}` : `${'  '.repeat(depth)}Caused by: ${sentence(error)}`;
  const cause = error instanceof Error ? error.cause : undefined;
  const isSaid = cause instanceof Error && (cause.name === 'ZodError' || line.includes(cause.message));
  return cause === undefined || isSaid || depth > 5 ? [line] : [line, ...chain(cause, depth + 1)];
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
