import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';

/** Files that lie, one or all of a list, in a folder of each kind and of no other. A manifest alone may be anybody's. */
const marks = {
  'prepared pairs': [
    'work/run.json',
    ['manifest.jsonl', 'pairs-00000.tar'],
    ['manifest.jsonl', 'verdicts-00000.jsonl'],
  ],
  negatives: [
    ['manifest.jsonl', 'settings.json'],
    ['manifest.jsonl', 'negatives-00000.tar'],
  ],
  'a training run': ['run.json'],
  'an interpolated model': ['interpolation.json'],
  'a model': ['anagram_config.json', 'open_clip_config.json', 'model.safetensors', 'model.safetensors.index.json'],
  'an index': ['vectors.f32'],
  'a verifier': ['verifier-run.json', 'verifier.json'],
  'results of evaluate': [['results.json', 'report.html']],
} as const satisfies { readonly [kind: string]: readonly (string | readonly string[])[] };

/** What a folder that a verb has filled holds. */
export type FolderKind = keyof typeof marks;

const kinds = Object.keys(marks) as FolderKind[];

/** What lies well beside that which a verb writes: results that a run was measured with, the verifier that judges the pairs. */
const besides: { readonly [kind in FolderKind]?: readonly FolderKind[] } = { 'prepared pairs': ['a verifier'] };
const besideAll: readonly FolderKind[] = ['results of evaluate'];

/** Whether a folder holds something of this kind, be it only begun. */
export function holds(dir: string, kind: FolderKind): boolean {
  return marks[kind].some((files) => [files].flat().every((file) => existsSync(join(dir, file))));
}

/** What a folder holds of ours, the kind that tells most first; null where nothing is. */
export function kindOf(dir: string): FolderKind | null {
  return kinds.find((kind) => holds(dir, kind)) ?? null;
}

/**
 * A folder that a verb writes to is its own: new, of files that are nobody's, or one that it has begun.
 * @param where The option or flag, for the error.
 * @throws AnagramError `invalid-options` where the folder holds something of another kind.
 */
export function requireFolderFor(kind: FolderKind, dir: string, where: string): void {
  if (holds(dir, kind)) return;
  const allowed = [...besideAll, ...(besides[kind] ?? [])];
  const other = kinds.find((other) => !allowed.includes(other) && holds(dir, other));
  if (other === undefined) return;
  throw new AnagramError(
    'invalid-options',
    `${where}: ${dir} holds ${other}. Expected a new folder, or one that holds ${kind}. Choose another folder.`,
    { where },
  );
}
