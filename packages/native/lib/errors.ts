/** What can stand between a machine and a loaded addon. */
export type NativeErrorCode =
  | 'compiler-missing'
  | 'cmake-missing'
  | 'build-failed'
  | 'disk-full'
  | 'libtorch-missing'
  | 'libtorch-wrong'
  | 'download-failed'
  | 'addon-missing'
  | 'addon-mismatch'
  | 'load-failed';

export interface NativeErrorParts {
  code: NativeErrorCode;
  /** What happened, in one sentence. */
  what: string;
  /** What was tried, in order, each with its outcome. */
  tried?: readonly string[];
  /** What helps, each an exact command or a short instruction. */
  solutions: readonly string[];
  cause?: unknown;
}

/** The addon or its libtorch cannot be had. The message lists what was tried and the exact commands that help. */
export class NativeError extends Error {
  readonly code: NativeErrorCode;
  readonly tried: readonly string[];
  readonly solutions: readonly string[];

  constructor({ code, what, tried = [], solutions, cause }: NativeErrorParts) {
    super([what, ...list('Tried:', tried), ...list('Possible solutions:', solutions)].join('\n'), { cause });
    this.name = 'NativeError';
    this.code = code;
    this.tried = tried;
    this.solutions = solutions;
  }
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  - ${line.replaceAll('\n', '\n    ')}`)];
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message} (${cause.message})` : error.message;
}
