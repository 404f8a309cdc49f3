import type { OnEvent } from '@anagram/core';

/**
 * What `--objective` makes of the settings' objective. Parameters of the preset that the flag names stay, and core refuses those that
 * it does not have; another preset, terms one by one and a loss of one's own give way, with a warning.
 */
export function objectiveOfFlag(flag: string, set: unknown, onEvent: OnEvent): unknown {
  if (isPlain(set) && set.preset === flag) return set;
  if (set !== undefined && set !== flag) {
    const given = typeof set === 'string' || isPlain(set) ? JSON.stringify(set) : 'no preset';
    const remedy =
      isPlain(set) && set.preset === undefined ? ` To change that preset, give it there: "preset": "${flag}".` : '';
    onEvent({
      type: 'warning',
      message: `--objective ${flag} replaces the train.objective of the settings, ${given}.${remedy}`,
    });
  }
  return flag;
}

/** Not a list, and not what a class made. */
export function isPlain(value: unknown): value is { readonly preset?: unknown } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
