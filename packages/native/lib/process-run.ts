import { spawn } from 'node:child_process';

export interface RunResult {
  /** Exit code; null when the program could not be started or was killed. */
  code: number | null;
  /** Standard output and error, together, in order of arrival. */
  output: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal | undefined;
  onLine?: (line: string) => void;
  /** Milliseconds until the program is killed. */
  timeout?: number;
}

/** Runs a program to its end and never throws but for an abort, then with `signal.reason`. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd, env, signal, onLine, timeout } = options;
  signal?.throwIfAborted();
  const result = await new Promise<RunResult>((resolve) => {
    // A group of its own, so that an abort reaches the compilers under a build tool under cmake-js.
    const detached = signal !== undefined;
    const child = spawn(program, [...args], { cwd, env, timeout, detached, stdio: ['ignore', 'pipe', 'pipe'] });
    const abort = () => child.pid !== undefined && process.kill(detached ? -child.pid : child.pid, 'SIGTERM');
    signal?.addEventListener('abort', abort, { once: true });
    let output = '';
    let rest = '';
    const take = (chunk: string) => {
      output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const end = (code: number | null, trouble = '') => {
      signal?.removeEventListener('abort', abort);
      if (rest !== '') onLine?.(rest);
      resolve({ code, output: output + trouble });
    };
    child.on('error', (error) => end(null, error.message));
    child.on('close', (code) => end(code));
  });
  signal?.throwIfAborted();
  return result;
}
