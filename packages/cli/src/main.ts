import { CommanderError } from 'commander';
import { type ErrorReport, exitCodes } from './exit-code.ts';
import { createProgram } from './program.ts';

// A reader that has seen enough (`anagram … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  // Its sentence went to stderr; a flag that was not understood is told like every other mistake.
  if (error.exitCode !== 0 && process.argv.includes('--json')) {
    const message = error.message.replace(/^error: /, '');
    const report: ErrorReport = {
      error: { code: 'invalid-options', message, where: /--[\w-]+/.exec(message)?.[0] ?? null },
    };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  }
}
