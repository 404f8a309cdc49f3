import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';

/** Files that lie, one or all of a list, in a folder of each kind and of no other. */
const marks = {
  'prepared pairs': ['manifest.jsonl', 'work/run.json'],
  'a training run': ['run.json'],
  'an interpolated model': ['interpolation.json'],
  'a model': ['anagram_config.json', 'open_clip_config.json', 'model.safetensors', 'model.safetensors.index.json'],
  'an index': ['vectors.f32'],
  'a verifier': ['verifier-run.json', 'verifier.json'],
  'results of evaluate': [['results.json', 'report.html']],
} as const satisfies { readonly [kind: string]: readonly (string | readonly string[])[] };

/** What a folder that a verb has filled holds. */
export type FolderKind = keyof typeof marks;

/** Whether a folder holds something of this kind, be it only begun. */
export function holds(dir: string, kind: FolderKind): boolean {
  return marks[kind].some((files) => [files].flat().every((file) => existsSync(join(dir, file))));
}

/** What a folder holds of ours, the kind that tells most first; null where nothing is. */
export function kindOf(dir: string): FolderKind | null {
  return (Object.keys(marks) as FolderKind[]).find((kind) => holds(dir, kind)) ?? null;
}

/**
 * A folder that a verb writes to is its own: new, of files that are nobody's, or one that it has begun.
 * @param where The option or flag, for the error.
 * @throws AnagramError `invalid-options` where the folder holds something of another kind.
 */
export function requireFolderFor(kind: FolderKind, dir: string, where: string): void {
  const other = kindOf(dir);
  if (other === null || holds(dir, kind)) return;
  throw new AnagramError(
    'invalid-options',
    `${where}: ${dir} holds ${other}. Expected a new folder, or one that holds ${kind}. Choose another folder.`,
    { where },
  );
}
