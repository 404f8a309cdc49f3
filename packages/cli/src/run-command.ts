import { type OnEvent, progressRenderer } from '@anagram/core';
import { exitCodes, explain } from './exit-code.ts';

export interface CommandContext {
  signal: AbortSignal;
  onEvent: OnEvent;
}

/** What a command hands back: data for `--json`, lines for people, and whether some records could not be used. */
export interface CommandResult {
  json: unknown;
  lines: readonly string[];
  partial?: boolean;
}

/**
 * Runs one command: Ctrl-C and SIGTERM abort it once it is safe, progress goes to stderr, the result alone to stdout.
 * A second Ctrl-C ends the process at once; what was saved stays valid.
 */
export async function runCommand(options: { json?: boolean }, work: (context: CommandContext) => Promise<CommandResult>): Promise<void> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const progress = progressRenderer(process.stderr, () => performance.now());
  try {
    const result = await work({ signal: controller.signal, onEvent: progress.onEvent });
    progress.end();
    process.stdout.write(options.json ? `${JSON.stringify(result.json, null, 2)}\n` : result.lines.map((line) => `${line}\n`).join(''));
    process.exitCode = result.partial ? exitCodes.partial : exitCodes.ok;
  } catch (error) {
    progress.end();
    const { code, text } = explain(error, controller.signal);
    process.stderr.write(`${text}\n`);
    process.exitCode = code;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
