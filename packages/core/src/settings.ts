import * as z from 'zod';
import { AnagramError } from './errors.ts';

/**
 * The one validation, at a public door: strict, with defaults filled in.
 * @throws AnagramError `invalid-options`, naming the place and, for an unknown key, the likely one.
 */
export function parseSettings<S extends z.ZodType>(where: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const lines = result.error.issues.map((issue) => {
    const path = [where, ...issue.path].join('.');
    if (issue.code !== 'unrecognized_keys') return `${path}: ${issue.message}.`;
    const names = issue.path.length === 0 ? known : [];
    return issue.keys.map((key) => `${path}: unknown key "${key}".${suggest(key, names)}`).join(' ');
  });
  throw new AnagramError('invalid-options', lines.join('\n'), { where });
}

/** ` Did you mean "x"?` where one of the names is near, else the list of names. */
export function suggest(word: string, names: readonly string[]): string {
  const near = names
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (near && near.distance <= Math.max(2, word.length / 3)) return ` Did you mean "${near.name}"?`;
  return names.length > 0 ? ` Known: ${names.join(', ')}.` : '';
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
