import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import type { Json } from '../pair.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { checkpointSteps } from './checkpoint.ts';
import type { SharedSet } from './sampler.ts';
import { type ResolvedSettings, resolveSettings } from './settings.ts';

const runSchema = z.strictObject({
  version: z.literal(1),
  settings: z.record(z.string(), z.json()),
  pairs: z.array(
    z.strictObject({
      name: z.string(),
      fingerprint: z.string(),
      length: z.int(),
      share: z.number(),
      /** Where prepared pairs lay; nothing depends on it. */
      dir: z.string().exactOptional(),
    }),
  ),
  /** Hash of the model that the run began with. */
  model: z.string(),
  /** What bit-equality rests on beside the options. */
  environment: z.strictObject({ libtorch: z.string(), device: z.string(), threads: z.int() }),
  /** Hash of the trained model, once the run is done. */
  trained: z.string().nullable(),
});

/** `run.json`: everything that decides the weights of a run. */
export type RunRecord = z.output<typeof runSchema>;

/** These change neither weights nor order, so they may differ when a run goes on. */
const free = /^(settings\.(checkpointEvery|logEvery)|pairs\.\d+\.dir)$/;

const own = /^(run\.json|log\.jsonl|(model|model-ema|adapter|checkpoint-\d+)(\.partial)?)$/;

export function describeRun(
  settings: ResolvedSettings,
  sets: readonly SharedSet[],
  model: string,
  environment: RunRecord['environment'],
): RunRecord {
  return {
    version: 1,
    settings: JSON.parse(JSON.stringify(settings)),
    pairs: sets.map(({ set, share }) => {
      const { name, fingerprint, length } = set;
      return { name, fingerprint, length, share, ...(hasFolder(set) && { dir: resolve(set.dir) }) };
    }),
    model,
    environment,
    trained: null,
  };
}

function hasFolder(set: object): set is { readonly dir: string } {
  return 'dir' in set && typeof set.dir === 'string';
}

/** Removes what an earlier run left in the folder, and nothing else. */
export async function clearRun(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (own.test(name)) await rm(join(dir, name), { recursive: true, force: true });
  }
}

export async function writeRun(dir: string, run: RunRecord): Promise<void> {
  await writeAtomic(join(dir, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

/**
 * Begins a run in the folder, or makes sure that the one there is the same.
 * @returns The run as it was begun.
 * @throws AnagramError `run-options-changed`, `checkpoint-corrupt`
 */
export async function openRun(dir: string, run: RunRecord, warn: (message: string) => void): Promise<RunRecord> {
  const path = join(dir, 'run.json');
  if (!existsSync(path)) {
    if ((await checkpointSteps(dir)).length > 0) throw unreadable(path, 'it is missing beside its checkpoints');
    await writeRun(dir, run);
    return run;
  }
  const before = await readRun(path);
  const changed = differences(before, run).filter((key) => key !== 'model' || run.model !== before.trained);
  const surroundings = changed.filter((key) => key.startsWith('environment.'));
  if (surroundings.length > 0) {
    warn(
      `The run in ${dir} goes on with other ${surroundings.map((key) => key.slice('environment.'.length)).join(', ')} than it began with. The weights may differ in their last bits from an uninterrupted run's.`,
    );
  }
  const options = changed.filter((key) => !surroundings.includes(key));
  if (options.length > 0) throw optionsChanged(dir, options, before, run);
  return before;
}

/**
 * The sets that a model was trained on, by the `run.json` beside its folder; null where there is none.
 * @param modelDir `model` or a checkpoint of a run, e.g. `./runs/a/model`, or a link to one.
 * @throws AnagramError `checkpoint-corrupt`
 */
export async function trainedPairs(modelDir: string): Promise<RunRecord['pairs'] | null> {
  const path = join(dirname(existsSync(modelDir) ? await realpath(modelDir) : resolve(modelDir)), 'run.json');
  return existsSync(path) ? (await readRun(path)).pairs : null;
}

async function readRun(path: string): Promise<RunRecord> {
  try {
    return runSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw unreadable(path, cause instanceof z.ZodError ? 'it is malformed' : (cause as Error).message);
  }
}

function unreadable(path: string, why: string): AnagramError<'checkpoint-corrupt'> {
  return new AnagramError(
    'checkpoint-corrupt',
    `${path} cannot be used: ${why}. Expected the record of a run. Choose another dir, or pass fresh: true to begin again.`,
    { path },
  );
}

/** Dotted names of everything that differs, without what may. A setting that is newer than the run had its default then. */
function differences(before: RunRecord, now: RunRecord): string[] {
  const [a, b] = [flatten({ ...before, trained: null }), flatten({ ...now, trained: null })];
  const defaults = flatten({ settings: JSON.parse(JSON.stringify(resolveSettings({ steps: 1, objective: {} }))) });
  const then = (key: string) => a.get(key) ?? (key.startsWith('settings.') ? defaults.get(key) : undefined);
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => then(key) !== b.get(key) && !free.test(key));
}

function flatten(value: Json | object, path: string[] = [], into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, [...path, key], into);
  } else into.set(path.join('.'), JSON.stringify(value));
  return into;
}

function optionsChanged(
  dir: string,
  changed: readonly string[],
  before: RunRecord,
  now: RunRecord,
): AnagramError<'run-options-changed'> {
  const [a, b] = [flatten(before), flatten(now)];
  const short = (value = 'nothing') => (value.length > 24 ? `${value.slice(0, 24)}…` : value);
  const list = changed.map(
    (key) => `${key.replace(/^settings\./, '')} (was ${short(a.get(key))}, is ${short(b.get(key))})`,
  );
  return new AnagramError(
    'run-options-changed',
    `The run in ${dir} was begun with other options: ${list.join(', ')}. Expected the same ones, so that it can go on. Pass them again, choose another dir, or pass fresh: true to begin again.`,
    { dir, changed: changed.map((key) => key.replace(/^settings\./, '')) },
  );
}
