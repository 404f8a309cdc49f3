import { negativeCategories, ruleWriter } from '@anagram/core';
import type { Contender } from './contender.ts';

/** Anagram's rules, with four candidates of a category, as `writeNegatives` asks for them. */
export function rules(language: 'en' | 'ko'): Contender {
  const writer = ruleWriter({ language });
  return {
    name: `rules-${language}`,
    write: async (text) => writer.write({ text, categories: negativeCategories, seed: 0, count: 4 }),
  };
}
