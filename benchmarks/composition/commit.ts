import { execFileSync } from 'node:child_process';

/** The commit that a benchmark's folder stands at, and whether anything but its results was changed since. */
export function currentCommit(dir: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: dir, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':!results.json', ':!*.jsonl') !== '';
  return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' with changes' : '');
}
