import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Random } from '@anagram/core';
import { type CliResult, runCli } from '../run-cli.ts';
import type { Verb } from './verbs.ts';

/** One process that was to be killed. */
export interface Attempt {
  /** Number of the folder that it worked in: a new one begins where the work came to its end before the last kill. */
  readonly folder: number;
  /** Milliseconds after its first word (or its start, where it had said nothing). */
  readonly moment: number;
  readonly killed: boolean;
  /** The last that it said. */
  readonly last: string;
}

export interface KillReport {
  /** Milliseconds of the run that nobody disturbed. */
  readonly undisturbed: number;
  readonly attempts: readonly Attempt[];
  /** What differs from the run that nobody disturbed, `folder: name`; empty when all is well. */
  readonly differences: readonly string[];
}

/** Share of the kills that fall before the first word: while the process starts, takes its lock and reads what is there. */
const early = 0.2;

/**
 * Runs a verb undisturbed, then again in other folders below `dir`, killed with SIGKILL at random moments spread over its duration, each
 * time with the same command, until it was killed `kills` times; lets every folder come to its end and compares.
 */
export async function killVerb(
  verb: Verb,
  options: { dir: string; kills: number; seed: number; onAttempt?: (attempt: Attempt) => void },
): Promise<KillReport> {
  const { dir: root, kills, seed, onAttempt } = options;
  const random = new Random('kill', seed);
  const whole = join(root, 'whole');
  const timing = await timed(verb.args(whole));
  const expected = await verb.results(whole);
  const attempts: Attempt[] = [];
  const differences: string[] = [];
  let killed = 0;
  for (let folder = 0; killed < kills; folder++) {
    const dir = join(root, `killed-${folder}`);
    let done = false;
    while (!done && killed < kills) {
      const u = random.float();
      const afterWord = u >= early;
      const moment = afterWord
        ? ((u - early) / (1 - early)) * (timing.total - timing.firstWord)
        : (u / early) * timing.firstWord;
      const result = await killedAt(verb.args(dir), afterWord, moment);
      done = result.signal !== 'SIGKILL';
      if (done) requireSuccess(result);
      else killed++;
      const last = result.stderr.trimEnd().split('\n').at(-1) ?? '';
      const attempt: Attempt = { folder, moment: Math.round(moment), killed: !done, last };
      attempts.push(attempt);
      onAttempt?.(attempt);
    }
    if (!done) requireSuccess(await runCli(verb.args(dir)));
    const found = await verb.results(dir);
    for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      if (expected[name] !== found[name]) differences.push(`${folder}: ${name}`);
    }
  }
  return { undisturbed: Math.round(timing.total), attempts, differences };
}

async function timed(args: readonly string[]): Promise<{ total: number; firstWord: number }> {
  const start = performance.now();
  let firstWord: number | null = null;
  const watch = (_: unknown, stderr: string) => {
    if (stderr !== '') firstWord ??= performance.now() - start;
  };
  requireSuccess(await runCli(args, { watch }));
  const total = performance.now() - start;
  return { total, firstWord: firstWord ?? total };
}

function killedAt(args: readonly string[], afterWord: boolean, moment: number): Promise<CliResult> {
  let timer: NodeJS.Timeout | undefined;
  const result = runCli(args, {
    watch: (child, stderr) => {
      if (timer === undefined && (stderr !== '' || !afterWord)) timer = setTimeout(() => child.kill('SIGKILL'), moment);
    },
  });
  return result.finally(() => clearTimeout(timer));
}

function requireSuccess({ code, signal, stderr }: CliResult): void {
  if (code !== 0) throw new Error(`Ended with ${signal ?? `exit code ${code}`}:\n${stderr}`);
}
