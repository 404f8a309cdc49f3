import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { type PreparedCounts, Random } from '@anagram/core';
import { watchMemory } from './watch-memory.ts';

interface Attempt {
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
  /** One after the other, all in one folder; the last came to its end. */
  readonly attempts: readonly Attempt[];
  readonly peakMB: number;
  /** Of the folder of the kills. */
  readonly manifestHash: string;
  readonly same: boolean;
}

const program = join(import.meta.dirname, 'prepare-once.ts');
/** Steps of a run near its end, at which none is killed, so that it cannot end first. */
const lastSteps = 0.1;

/**
 * Prepares a corpus undisturbed, then in one other folder, killed with SIGKILL as often as `kills` and each time started again
 * with the same command; lets it come to its end and compares. It is killed a random moment after it has done a step: some
 * steps of the undisturbed run, drawn at random, one after the other, so that no start is killed before it has got further.
 */
export async function survive(options: {
  corpus: string;
  verifier: string;
  dir: string;
  kills: number;
  seed: number;
}): Promise<SurvivalFigures> {
  const { corpus, verifier, dir, kills, seed } = options;
  const run = (to: string, until?: Until) => attempt([corpus, verifier, join(dir, to)], until);
  const whole = await run('whole');
  if (!whole.result) throw new Error(`The undisturbed run failed:\n${whole.output}`);
  console.log(`undisturbed: ${whole.seconds} s, ${whole.peakMB} MB, ${whole.result.manifestHash}`);
  const random = new Random('survive', seed);
  const stages = [...new Set(whole.steps.map(({ stage }) => stage))];
  const most = whole.seconds / whole.steps.length;
  const attempts: Attempt[] = [];
  let end: Result | null = null;
  for (const step of [...drawSteps(whole.steps, kills, random), null]) {
    const until = step ? { step, stages, seconds: random.float() * most } : undefined;
    const { seconds, peakMB, result, killed, last, output } = await run('killed', until);
    if (until && result) throw new Error(`It came to its end after ${attempts.length} of ${kills} kills.`);
    if (until ? !killed : !result) throw new Error(`The killed run failed by itself:\n${output}`);
    attempts.push({ seconds, peakMB, killed, last: result ? 'end' : last });
    console.log(JSON.stringify(attempts.at(-1)));
    end = result;
  }
  return {
    undisturbed: { seconds: whole.seconds, peakMB: whole.peakMB, manifestHash: whole.result.manifestHash },
    counts: whole.result.counts,
    kills: attempts.filter(({ killed }) => killed).length,
    attempts,
    peakMB: Math.max(whole.peakMB, ...attempts.map(({ peakMB }) => peakMB)),
    manifestHash: end!.manifestHash,
    same: end!.manifestHash === whole.result.manifestHash,
  };
}

/** Of a run: so much is done of a stage. */
interface Step {
  readonly stage: string;
  readonly done: number;
}

interface Until {
  readonly step: Step;
  /** In their order. */
  readonly stages: readonly string[];
  /** From the step on. */
  readonly seconds: number;
}

/** So many steps in their order, each at most once as long as there are enough. */
function drawSteps(steps: readonly Step[], count: number, random: Random): Step[] {
  const left = steps.slice(0, Math.max(1, Math.floor(steps.length * (1 - lastSteps)) - 1)).map((_, place) => place);
  const places = Array.from({ length: count }, () =>
    left.length > 1 ? left.splice(random.below(left.length), 1)[0]! : left[0]!,
  );
  return places.sort((a, b) => a - b).map((place) => steps[place]!);
}

function hasReached({ stage, done }: Step, { step, stages }: Until): boolean {
  const [at, wanted] = [stages.indexOf(stage), stages.indexOf(step.stage)];
  return at > wanted || (at === wanted && done >= step.done);
}

interface Result {
  readonly manifestHash: string;
  readonly counts: PreparedCounts;
}

async function attempt(args: readonly string[], until?: Until) {
  const start = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const memory = watchMemory(child.pid!);
  let timer: NodeJS.Timeout | undefined;
  const steps: Step[] = [];
  let output = '';
  createInterface(child.stdout).on('line', (line) => {
    output = `${output}${line}\n`.slice(-4000);
    const [, stage, done] = /^(\S+) (\d+)$/.exec(line) ?? [];
    if (!stage) return;
    const step = { stage, done: Number(done) };
    if (steps.some((one) => one.stage === stage && one.done === step.done)) return;
    steps.push(step);
    if (!until || !hasReached(step, until)) return;
    // At the latest with the next step, so that it does not come to its end first.
    if (timer) child.kill('SIGKILL');
    else timer = setTimeout(() => child.kill('SIGKILL'), until.seconds * 1000);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4000);
  });
  const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
  clearTimeout(timer);
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  return {
    seconds: Math.round((performance.now() - start) / 100) / 10,
    peakMB: Math.round(memory.stop() / 1e6),
    result: last.startsWith('{') ? (JSON.parse(last) as Result) : null,
    killed: signal === 'SIGKILL',
    steps,
    last,
    output,
  };
}
