import { type OnEvent, progressRenderer } from '@anagram/core';
import { exitCodes, explain } from './exit-code.ts';
import { errorInFlags, inFlags } from './in-flags.ts';

export interface CommandContext {
  signal: AbortSignal;
  onEvent: OnEvent;
}

/** What a command hands back. */
export interface CommandResult {
  /** For `--json`. */
  json: unknown;
  /** For people. */
  lines: readonly string[];
  /** Some records could not be used, or some tasks not run. */
  partial?: boolean;
  /** In place of 0 or 3. */
  exitCode?: number;
}

/** Stages that count bytes. */
const bytes = ['libtorch-download', 'libtorch-unpack', 'model-download'];

/**
 * Runs one command: Ctrl-C and SIGTERM abort it once it is safe, progress goes to stderr, the result alone to stdout. What went
 * wrong goes to stderr as a sentence and, with `--json`, to stdout as an `ErrorReport`, so that stdout always holds one JSON value.
 * A second Ctrl-C ends the process at once; what was saved stays valid.
 */
export async function runCommand(
  options: { json?: boolean },
  work: (context: CommandContext) => Promise<CommandResult>,
): Promise<void> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const progress = progressRenderer(process.stderr, () => performance.now(), { bytes });
  try {
    const onEvent: OnEvent = (event) =>
      progress.onEvent(event.type === 'warning' ? { ...event, message: inFlags(event.message, options) } : event);
    const result = await work({ signal: controller.signal, onEvent });
    progress.end();
    const text = options.json ? JSON.stringify(result.json, null, 2) : result.lines.join('\n');
    process.stdout.write(`${text}\n`);
    process.exitCode = result.exitCode ?? (result.partial ? exitCodes.partial : exitCodes.ok);
  } catch (error) {
    progress.end();
    const { code, text, report } = explain(errorInFlags(error, options), controller.signal);
    process.stderr.write(`${text}\n`);
    if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    process.exitCode = code;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
