/** What can stop a run. A bad record is never among these: it becomes a verdict with a reason. */
export interface ErrorDetails {
  'invalid-options': { where: string };
  'native-not-loaded': { tried: readonly string[] };
  'native-failure': { operation: string };
  'out-of-memory': { operation: string };
  'source-failed': { path: string; line?: number };
  'image-unreadable': { name: string };
  'model-mismatch': { path: string };
  'checkpoint-corrupt': { path: string };
  'shard-corrupt': { path: string };
  'write-failed': { path: string };
  'download-failed': { repository: string };
  'run-options-changed': { dir: string; changed: readonly string[] };
  'dir-in-use': { dir: string };
  'loss-not-finite': { step: number; gradientNorm: number };
  'not-enough-data': { needed: number; found: number };
  'generation-failed': { model: string };
  'queue-failed': { queue: string };
  'parts-failed': { dir: string; parts: readonly number[] };
  'budget-spent': { model: string; limit: 'calls' | 'tokens' | 'money' };
}
export type ErrorCode = keyof ErrorDetails;

const marker = Symbol.for('@anagram/error');

/** The one error of this SDK. Its sentence says what happened, what was expected and received, and what to do. */
export class AnagramError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly details: ErrorDetails[C];
  readonly [marker] = true;

  constructor(code: C, message: string, details: ErrorDetails[C], options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AnagramError';
    this.code = code;
    this.details = details;
  }
}

/** True for errors of this SDK, of any installed copy of it; with `code`, for that code alone. */
export function isAnagramError<C extends ErrorCode = ErrorCode>(error: unknown, code?: C): error is AnagramError<C> {
  return error instanceof Error && marker in error && (code === undefined || (error as AnagramError).code === code);
}
