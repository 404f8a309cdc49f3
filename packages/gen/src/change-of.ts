import type { NegativeText } from '@anagram/core';

/** What became what: the words between the beginning and the end that two texts share. */
export function changeOf(caption: string, negative: string): NegativeText['change'] {
  const [a, b] = [wordsOf(caption), wordsOf(negative)];
  const key = (word: string) => word.toLowerCase();
  let start = 0;
  while (start < a.length && start < b.length && key(a[start]!) === key(b[start]!)) start++;
  let shared = 0;
  while (shared < Math.min(a.length, b.length) - start && key(a.at(-1 - shared)!) === key(b.at(-1 - shared)!)) shared++;
  const between = (words: readonly string[]) =>
    words
      .slice(start, words.length - shared)
      .join(' ')
      .toLowerCase();
  return { from: between(a), to: between(b) };
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{M}\p{N}'’-]+/gu) ?? [];
