import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AnagramError, parseSettings } from '@anagram/core';
import * as z from 'zod';
import { isPlain } from './objective-flag.ts';
import { shellWord } from './shell-word.ts';

const section = z.looseObject({});

/** Each section is checked by the verb that it belongs to. */
export const configSchema = z.strictObject({
  source: section.optional(),
  verifier: section.optional(),
  prepare: section.optional(),
  calibrate: section.optional(),
  negatives: section.optional(),
  /** Services, cache and budget of everything that generates. */
  generation: section.optional(),
  model: section.optional(),
  train: section.optional(),
  evaluate: section.optional(),
});

export type SectionName = keyof typeof configSchema.shape;
type Settings = Readonly<Record<string, unknown>>;
export type Config = (name: SectionName) => Settings;

/**
 * Settings by section: those of `--config`, and over them those of `--set`.
 * @param flags.set `SECTION.KEY=VALUE` each; VALUE is JSON, or else a text, but for what stands in braces or brackets.
 * @param objectiveOver What a flag makes of the file's `train.objective`, before a term of it is changed by `--set`.
 * @throws AnagramError `invalid-options`
 */
export async function readConfig(
  flags: { config?: string; set?: readonly string[] },
  objectiveOver: (objective: unknown) => unknown = (objective) => objective,
): Promise<Config> {
  let settings: unknown = flags.config === undefined ? {} : await readFileOf(flags.config);
  parseSettings(flags.config ?? 'config', configSchema, settings);
  for (const each of flags.set ?? []) {
    const equals = each.indexOf('=');
    const path = each.slice(0, equals).split('.');
    if (equals < 1 || path.length < 2 || path.includes('')) {
      throw usage('--set', `Expected SECTION.KEY=VALUE, e.g. train.batchSize=128, received "${each}".`);
    }
    const value = parseValue(path.join('.'), each.slice(equals + 1));
    if (path.length > 2 && path[0] === 'train' && path[1] === 'objective') {
      settings = withPreset(settings as Settings, objectiveOver);
    }
    settings = withValue(settings, path, value);
  }
  const config = parseSettings('--set', configSchema, settings);
  return (name) => config[name] ?? {};
}

/** An error of the command line itself: exit code 2. */
export function usage(where: string, message: string): AnagramError<'invalid-options'> {
  return new AnagramError('invalid-options', `${where}: ${message}`, { where });
}

/** The flags that were given: what is undefined must not hide a setting. */
export function given<T extends object>(flags: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as never;
}

async function readFileOf(path: string): Promise<unknown> {
  const kind = extname(path);
  if (!existsSync(path))
    throw usage('--config', `There is no "${path}". Expected a file of settings: .json, .ts or .mjs.`);
  try {
    if (kind === '.json') return JSON.parse(await readFile(path, 'utf8'));
    if (kind !== '.ts' && kind !== '.mjs') throw new Error('expected a .json, .ts or .mjs file');
    const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
    if (module.default === undefined) throw new Error('expected the settings as its default export');
    return module.default;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const whys: { readonly [code: string]: string } = {
      ERR_UNKNOWN_FILE_EXTENSION: 'this Node reads no .ts; take Node 22.18 or newer, or .mjs',
      EISDIR: 'it is a folder, expected a file',
    };
    const why = whys[code ?? ''] ?? message;
    throw new AnagramError(
      'invalid-options',
      `--config: ${path} cannot be used: ${why}.`,
      { where: '--config' },
      { cause },
    );
  }
}

/** The objective as the object that a term of it is changed in: terms, or a preset, `anagram` where there is none. */
function withPreset(settings: Settings, objectiveOver: (objective: unknown) => unknown): Settings {
  const objective = objectiveOver((settings.train as Settings | undefined)?.objective) ?? 'anagram';
  if (typeof objective === 'object' && !isPlain(objective)) {
    throw usage(
      '--set',
      'train.objective is a loss of your own, which takes its settings where it is made: custom(loss, { negativesPerPair: 2 }).',
    );
  }
  return withValue(settings, ['train', 'objective'], typeof objective === 'string' ? { preset: objective } : objective);
}

/** A copy with one value in its place; what stood in its way is replaced. */
function withValue(settings: unknown, [key, ...rest]: readonly string[], value: unknown): Settings {
  const before: Settings = typeof settings === 'object' && settings !== null ? { ...settings } : {};
  const old = Object.hasOwn(before, key!) ? before[key!] : undefined;
  return { ...before, [key!]: rest.length === 0 ? value : withValue(old, rest, value) };
}

function parseValue(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (!/^\s*(\{.*\}|\[.*\])\s*$/s.test(text)) return text;
    const example = JSON.stringify(asCode(text) ?? (text.trim().startsWith('[') ? ['text'] : { key: 'value' }));
    throw usage(
      '--set',
      `${path} is no JSON: keys and texts stand in double quotes, as in ${shellWord(`${path}=${example}`)}. A text that itself stands in brackets is quoted too: ${shellWord(`${path}=${JSON.stringify(text.trim())}`)}.`,
    );
  }
}

/** What was meant by an object or a list as it stands in code, with bare keys or single quotes; undefined where that is no JSON either. */
function asCode(text: string): unknown {
  const quoted = text
    .replace(/'([^'"]*)'/g, '"$1"')
    .replace(/([[,]\s*)(?!(?:true|false|null)\b)([A-Za-z_][\w-]*)(?=\s*[,\]])/g, '$1"$2"')
    .replace(/([{,]\s*)(\w+)\s*:/g, '$1"$2":')
    .replace(/,(\s*[}\]])/g, '$1');
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}
