import { AnagramError, isAnagramError } from '@anagram/core';

/** What core tells programs, and what a command line has in its place. */
const words: readonly (readonly [RegExp, string])[] = [
  [/writeNegatives with fresh: true \((`[^`]*`)\)/g, '$1'],
  [/\bthe negatives into another dir\b/g, 'the negatives into another folder (--set negatives.dir=FOLDER)'],
  [/\bfresh: true\b/g, '--fresh'],
  [/ and open the pairs with them\b/g, ''],
];
const folder = [/\b(another|a new|the same) dir\b/g, '$1 --dir'] as const;

/** A sentence of core by the names of the flags. @param flags Of the command: one with a `dir` has --dir. */
export function inFlags(sentence: string, flags: object): string {
  const all = 'dir' in flags ? [...words, folder] : words;
  return all.reduce((said, [theirs, ours]) => said.replace(theirs, ours), sentence);
}

/** An error of core with its sentence by the names of the flags; any other as it is. */
export function errorInFlags(error: unknown, flags: object): unknown {
  if (!isAnagramError(error)) return error;
  const message = inFlags(error.message, flags);
  return message === error.message
    ? error
    : new AnagramError(error.code, message, error.details, { cause: error.cause });
}
