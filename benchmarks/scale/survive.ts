import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type PreparedCounts, Random } from '@anagram/core';
import { watchMemory } from './watch-memory.ts';

interface Attempt {
  /** A new one begins where the run came to its end before it was killed often enough. */
  readonly folder: number;
  readonly seconds: number;
  readonly peakMB: number;
  readonly killed: boolean;
  /** The last that it said before it was killed. */
  readonly last: string;
}

export interface SurvivalFigures {
  readonly undisturbed: { readonly seconds: number; readonly peakMB: number; readonly manifestHash: string };
  readonly counts: PreparedCounts;
  readonly kills: number;
  /** One after the other; the last in each folder came to its end. */
  readonly attempts: readonly Attempt[];
  readonly peakMB: number;
  /** Of each folder's end. */
  readonly manifestHashes: readonly string[];
  readonly same: boolean;
}

const program = join(import.meta.dirname, 'prepare-once.ts');

/**
 * Prepares a corpus undisturbed, then in other folders killed with SIGKILL after a random time, as often as `kills`, each time
 * started again with the same command; lets every folder come to its end and compares.
 */
export async function survive(options: {
  corpus: string;
  verifier: string;
  dir: string;
  kills: number;
  seed: number;
}): Promise<SurvivalFigures> {
  const { corpus, verifier, dir, kills, seed } = options;
  const run = (to: string, seconds?: number) => attempt([corpus, verifier, join(dir, to)], seconds);
  const whole = await run('whole');
  if (!whole.result) throw new Error(`The undisturbed run failed:\n${whole.output}`);
  console.log(`undisturbed: ${whole.seconds} s, ${whole.peakMB} MB, ${whole.result.manifestHash}`);
  const random = new Random('survive', seed);
  const attempts: Attempt[] = [];
  const hashes: string[] = [];
  for (let killed = 0; killed < kills || hashes.length === 0 || attempts.at(-1)!.killed; ) {
    // Together about as long as the run itself, and then some: a kill takes little of the work away.
    const limit = killed < kills ? 2 + random.float() * (2 / kills) * whole.seconds : undefined;
    const { seconds, peakMB, result, last, output } = await run(`killed-${hashes.length}`, limit);
    if (!result && limit === undefined) throw new Error(`The killed run does not come to its end:\n${output}`);
    attempts.push({ folder: hashes.length, seconds, peakMB, killed: !result, last: result ? 'end' : last });
    console.log(JSON.stringify(attempts.at(-1)));
    if (result) hashes.push(result.manifestHash);
    else killed++;
  }
  return {
    undisturbed: { seconds: whole.seconds, peakMB: whole.peakMB, manifestHash: whole.result.manifestHash },
    counts: whole.result.counts,
    kills: attempts.filter(({ killed }) => killed).length,
    attempts,
    peakMB: Math.max(whole.peakMB, ...attempts.map(({ peakMB }) => peakMB)),
    manifestHashes: hashes,
    same: hashes.every((hash) => hash === whole.result!.manifestHash),
  };
}

interface Result {
  readonly manifestHash: string;
  readonly counts: PreparedCounts;
}

async function attempt(args: readonly string[], seconds?: number) {
  const start = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const memory = watchMemory(child.pid!);
  const timer = seconds === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  return {
    seconds: Math.round((performance.now() - start) / 100) / 10,
    peakMB: Math.round(memory.stop() / 1e6),
    result: last.startsWith('{') ? (JSON.parse(last) as Result) : null,
    last,
    output,
  };
}
