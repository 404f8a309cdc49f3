import { negativeCategories } from '@anagram/core';
import { negativeWriter, openaiCompatible } from '@anagram/gen';
import type { Contender } from './contender.ts';

/**
 * A language model behind an OpenAI-compatible server, without the rules standing in for it; null where no
 * `ANAGRAM_LLM_URL` and `ANAGRAM_LLM_MODEL` name one.
 */
export function languageModel(): Contender | null {
  const { ANAGRAM_LLM_URL: baseUrl, ANAGRAM_LLM_MODEL: model } = process.env;
  if (!baseUrl || !model) return null;
  const writer = negativeWriter({ model: openaiCompatible({ baseUrl, model }), fallback: null });
  return {
    name: `language-model (${model})`,
    write: async (text) => writer.write({ text, categories: negativeCategories, seed: 0 }),
  };
}
