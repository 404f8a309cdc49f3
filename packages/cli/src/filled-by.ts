import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeAtomic } from '@anagram/core';
import * as z from 'zod';
import { given } from './config.ts';
import { shellWord } from './shell-word.ts';
import { givenSourceFlags } from './source-flags.ts';

/** The command that filled a prepared folder, without what only that one run was told: its threshold, its queue. */
const schema = z.strictObject({
  source: z.string(),
  /** What paths in it start from. */
  cwd: z.string(),
  verifier: z.string().exactOptional(),
  urlColumn: z.string().exactOptional(),
  imageColumn: z.string().exactOptional(),
  captionColumn: z.string().exactOptional(),
  similar: z.number().exactOptional(),
  similarModel: z.string().exactOptional(),
  tunePrompts: z.boolean().exactOptional(),
  config: z.string().exactOptional(),
  set: z.array(z.string()).exactOptional(),
});
export type FilledBy = z.output<typeof schema>;
type Flags = Omit<FilledBy, 'source' | 'cwd'>;

const pathOf = (dir: string) => join(dir, 'work', 'command.json');

/** An address with a password or a key in it. */
const secret = /:\/\/[^\s/]*@|[?&][^=\s]*(key|token|secret|sig|password|auth)[^=\s]*=/i;

/** Of the settings those that a command line gave. Nothing is left of a command that a secret stood in. */
export function writeFilledBy(dir: string, source: string, flags: { readonly [flag in keyof Flags]?: unknown }) {
  const own = Object.keys(schema.shape).flatMap((name) => {
    const value = flags[name as keyof Flags];
    return value === undefined ? [] : [[name, value] as const];
  });
  const command = { ...Object.fromEntries(own), source, cwd: process.cwd() };
  if (secret.test(JSON.stringify(command))) return rm(pathOf(dir), { force: true });
  return writeAtomic(pathOf(dir), `${JSON.stringify(command, null, 2)}\n`);
}

/** Null where nothing tells: a program filled the folder, or an older version. */
export async function readFilledBy(dir: string): Promise<FilledBy | null> {
  try {
    return schema.safeParse(JSON.parse(await readFile(pathOf(dir), 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/**
 * The command that decides over the folder anew by other thresholds, to be pasted where this process runs.
 * @param thresholds Their file; null: `{threshold}` stands in its place, for a page to fill in.
 */
export function prepareAgain(dir: string, { source, cwd, ...flags }: FilledBy, thresholds: string | null): string {
  const own = pathFrom(cwd);
  const command = pasted(cwd, ['prepare', source, '--dir', own(dir), ...wordsOf(flags)]);
  return `${command} --threshold ${thresholds === null ? '{threshold}' : shellWord(own(thresholds))}`;
}

/**
 * The command that calibrates a verifier on the source that a folder was filled from.
 * @param options.verifier Taken where the folder was filled without one of its own.
 * @param options.fetched Where the pictures of a list of URLs are, if no setting says so.
 */
export function calibrateAgain(
  filledBy: FilledBy,
  options: { verifier: string; labels: string; fetched?: string },
): string {
  const { source, cwd, verifier, config, set = [] } = filledBy;
  const own = pathFrom(cwd);
  const isSet = options.fetched === undefined || set.some((one) => one.startsWith('source.cache='));
  const settings = isSet ? set : [...set, `source.cache=${own(options.fetched!)}`];
  const columns = givenSourceFlags(filledBy);
  const flags = { verifier: verifier ?? own(options.verifier), ...columns, ...given({ config }), set: settings };
  return pasted(cwd, ['calibrate', source, ...wordsOf(flags), '--labels', own(options.labels)]);
}

/** What a path of this process is called elsewhere. */
function pathFrom(cwd: string): (path: string) => string {
  return (path) => (cwd === process.cwd() ? path : resolve(path));
}

function pasted(cwd: string, words: readonly string[]): string {
  const there = cwd === process.cwd() ? '' : `cd ${shellWord(cwd)} && `;
  return `${there}anagram ${words.map(shellWord).join(' ')}`;
}

/** The flags as words of a command, without those that a secret stands in. */
export function wordsOf(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [flag];
    const told = [value].flat().map(String);
    return told.filter((each) => !secret.test(each)).flatMap((each) => [flag, each]);
  });
}
