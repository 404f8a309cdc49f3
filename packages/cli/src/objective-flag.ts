import type { OnEvent } from '@anagram/core';

/**
 * What `--objective` makes of the settings' objective. Parameters without a preset, or of the one that the flag names, go on top of
 * that preset, and core refuses those that it does not have; another preset and a loss of one's own give way, with a warning.
 */
export function objectiveOfFlag(flag: string, set: unknown, onEvent: OnEvent): unknown {
  if (isPlain(set)) {
    const { preset = flag, ...parameters } = set;
    if (preset === flag) return { preset: flag, ...parameters };
  }
  if (set !== undefined && set !== flag) {
    const given = typeof set === 'string' || isPlain(set) ? JSON.stringify(set) : 'no preset';
    onEvent({
      type: 'warning',
      message: `--objective ${flag} replaces the train.objective of the settings, ${given}.`,
    });
  }
  return flag;
}

/** Not a list, and not what a class made. */
function isPlain(value: unknown): value is { readonly preset?: unknown } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
