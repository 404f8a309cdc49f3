import { existsSync, readdirSync, statSync } from 'node:fs';

/** Whether a path is a folder that prepare has filled. */
export function isPrepared(path: string): boolean {
  return (
    existsSync(path) &&
    statSync(path).isDirectory() &&
    readdirSync(path).some((name) => /^verdicts-\d+\.jsonl$/.test(name))
  );
}
