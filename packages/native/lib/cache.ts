import { homedir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `ANAGRAM_CACHE`, else `$XDG_CACHE_HOME/anagram`, else `~/.cache/anagram`. */
export function cacheFolder(env: Environment): string {
  if (env.ANAGRAM_CACHE) return env.ANAGRAM_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'anagram');
}
