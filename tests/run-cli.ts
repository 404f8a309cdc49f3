import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));
/** Of the program's modules, compiled; node itself knows by their text when they are no longer these. */
const compiled = fileURLToPath(new URL('../node_modules/.cache/anagram-tests', import.meta.url));

export interface CliResult {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `anagram` as a subprocess, without a terminal.
 * @param options.watch Called with the process at the start, and with all of stderr so far at each piece of it.
 */
export function runCli(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; watch?: (child: ChildProcess, stderr: string) => void } = {},
): Promise<CliResult> {
  const flags = ['--conditions=@anagram/source', '--experimental-strip-types', '--no-warnings'];
  const child = spawn(process.execPath, [...flags, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...options.env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.watch?.(child, stderr);
  });
  options.watch?.(child, '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
