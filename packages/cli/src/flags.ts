import { suggest } from '@anagram/core';
import { type Command, InvalidArgumentError } from 'commander';

export interface CommonFlags {
  config?: string;
  set?: string[];
  json?: boolean;
}

/** The flags that every working verb has, and an example under its help. */
export function withCommonFlags(command: Command, ...examples: readonly string[]): Command {
  return command
    .option('--config <file>', 'settings: .json, .ts or .mjs; docs/settings.md has every key')
    .option('--set <key=value>', 'one setting, e.g. train.optimizer.learningRate=5e-4 (repeatable)', collect)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExample:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}

/**
 * Tells of an unknown flag that is a deeper setting where that stands.
 * @param settings By flag, e.g. `{ '--batch-size': 'train.batchSize' }`.
 */
export function withDeeperSettings(command: Command, settings: { readonly [flag: string]: string }): Command {
  const error = command.error.bind(command);
  command.error = (message, options) => {
    const flag = /^error: unknown option '(--[\w-]+)/.exec(message)?.[1] ?? '';
    const known = Object.hasOwn(settings, flag);
    return error(known ? `error: ${flag} is a setting: --set ${settings[flag]}=VALUE` : message, options);
  };
  return command;
}

/** Of commands that ask models: says what a run would cost. */
export const dryRun = [
  '--dry-run',
  'do all that needs no model, then say how many requests, tokens and how much money a run would cost; send nothing',
] as const;

/** For a flag that may stand several times. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** For a flag that takes one of a few names; a wrong one is told before any work, with the one that was probably meant. */
export function oneOf<T extends string>(names: readonly T[]): (text: string) => T {
  return (text) => {
    const name = names.find((each) => each === text);
    if (name !== undefined) return name;
    throw new InvalidArgumentError(`Expected one of ${names.join(', ')}.${nearest(text, names)}`);
  };
}

/** For a flag that takes several of a few names, with commas between. */
export function someOf<T extends string>(names: readonly T[]): (text: string) => T[] {
  const one = oneOf(names);
  return (text) => text.split(',').map((part) => one(part.trim()));
}

function nearest(text: string, names: readonly string[]): string {
  const advice = suggest(text, names);
  return advice.includes('Did you mean') ? advice : '';
}

export function probability(text: string): number {
  const value = number(text);
  if (value < 0 || value > 1) throw new InvalidArgumentError('Expected a probability, 0 to 1.');
  return value;
}

/** A probability, or else the path of a file of thresholds by route. */
export function probabilityOrFile(text: string): number | string {
  return Number.isFinite(Number(text)) && text.trim() !== '' ? probability(text) : text;
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

/** A count, a seed. */
export function whole(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('Expected a whole number of at least 0.');
  return value;
}

/** For `--shard 2/8`: the third of eight shares. */
export function share(text: string): { index: number; of: number } {
  const [, index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined || index >= of) {
    throw new InvalidArgumentError('Expected INDEX/COUNT, counted from 0: 0/8 to 7/8 for eight shares.');
  }
  return { index, of };
}
