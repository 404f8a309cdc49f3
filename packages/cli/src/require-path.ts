import { existsSync } from 'node:fs';
import { usage } from './config.ts';

/**
 * A path that a command reads has to be there before any work is done; what is wrong inside is told by whoever reads it.
 * @param where The flag or argument, for the error.
 * @param expected What should be there, e.g. `a model, e.g. ./runs/a/model`.
 * @throws AnagramError `invalid-options`
 */
export function requirePath(where: string, path: string, expected: string): void {
  if (!existsSync(path)) throw usage(where, `There is no "${path}". Expected ${expected}.`);
}
