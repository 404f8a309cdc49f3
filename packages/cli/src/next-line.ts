import { given } from './config.ts';
import { wordsOf } from './filled-by.ts';
import { shellWord } from './shell-word.ts';

/** What a command ends with: the one that comes next, with the file of settings that this one was given. */
export function nextLine(words: readonly string[], { config }: { readonly config?: string }): string {
  return `Next: anagram ${[...words, ...wordsOf(given({ config }))].map(shellWord).join(' ')}`;
}
