import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { explained, writeAtomic } from '../shard/write-atomic.ts';
import type { HubReference } from './hub-reference.ts';

/** Whether a revision is a commit, which never changes. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/**
 * A model's folder in the cache, as huggingface_hub lays it out, so that either finds what the other fetched: `blobs/ETAG` holds
 * contents, `snapshots/COMMIT/NAME` points to them, `refs/REVISION` holds the commit that a revision came to.
 */
export class HubCache {
  /** `CACHE/models--OWNER--NAME` */
  readonly dir: string;
  /** Of the model's lock, apart from what huggingface_hub looks at. */
  readonly lockDir: string;

  constructor(cacheDir: string, { repository }: Pick<HubReference, 'repository'>) {
    const name = ['models', ...repository.split('/')].join('--');
    this.dir = join(cacheDir, name);
    this.lockDir = join(cacheDir, '.locks', name, 'anagram');
  }

  blob(etag: string): string {
    return join(this.dir, 'blobs', etag);
  }

  snapshot(commit: string): string {
    return join(this.dir, 'snapshots', commit);
  }

  /** The commit that a revision is, or was when it was last asked for; null where that is not known. */
  async commitOf(revision: string): Promise<string | null> {
    if (isCommit(revision)) return revision;
    const stored = await readFile(join(this.dir, 'refs', revision), 'utf8').catch(() => '');
    return isCommit(stored.trim()) ? stored.trim() : null;
  }

  async setCommit(revision: string, commit: string): Promise<void> {
    if (revision !== commit && (await this.commitOf(revision)) !== commit) {
      await writeAtomic(join(this.dir, 'refs', revision), commit);
    }
  }

  /** Names of a snapshot's files whose contents are there. */
  async names(commit: string): Promise<string[]> {
    const names = await readdir(this.snapshot(commit)).catch(() => []);
    const there = await Promise.all(names.map((name) => isThere(join(this.snapshot(commit), name))));
    return names.filter((_, at) => there[at]);
  }

  async has(commit: string, name: string): Promise<boolean> {
    return isThere(join(this.snapshot(commit), name));
  }

  async hasBlob(etag: string, size: number): Promise<boolean> {
    return (await stat(this.blob(etag)).catch(() => null))?.size === size;
  }

  /** Lets a snapshot's file point to a blob; where links are not allowed it is a copy. */
  async point(commit: string, name: string, etag: string): Promise<void> {
    const path = join(this.snapshot(commit), name);
    const blob = this.blob(etag);
    await explained(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      const draft = `${path}.tmp-${process.pid}`;
      await rm(draft, { force: true });
      await symlink(relative(dirname(path), blob), draft).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPERM' && error.code !== 'ENOSYS') throw error;
        await copyFile(blob, draft);
      });
      // A pointer without its blob is replaced: a rename never follows it.
      await rename(draft, path);
    });
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
