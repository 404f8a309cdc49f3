import { join } from 'node:path';
import { negativeCategories } from '@anagram/core';
import { llama, Meter, type ModelHandle, negativeWriter, openaiCompatible } from '@anagram/gen';
import { cacheFolder } from '@anagram/native';
import { smallModel } from '../../fetch/small-model.ts';
import type { Contender } from './contender.ts';

/**
 * A language model without the rules standing in for it, asked once for each caption: the one that `ANAGRAM_LLM_URL` and `ANAGRAM_LLM_MODEL` name on an
 * OpenAI-compatible server, else SmolLM2-135M in this process. Its answers are kept, so that a second run asks nothing.
 */
export async function languageModel(): Promise<{ model: string; contender: Contender; meter: Meter }> {
  const meter = new Meter({ cache: join(cacheFolder(process.env), 'benchmarks', 'negatives') });
  const model = await open(meter);
  const writer = negativeWriter({ model, language: 'en', fallback: null, maxRetries: 0, timeoutMs: 600_000 });
  return {
    model: model.id,
    contender: {
      name: `language-model (${model.id})`,
      write: (text) => writer.write({ text, categories: negativeCategories, seed: 0 }),
    },
    meter,
  };
}

async function open(meter: Meter): Promise<ModelHandle> {
  const { ANAGRAM_LLM_URL: baseUrl, ANAGRAM_LLM_MODEL: model } = process.env;
  if (baseUrl && model) return openaiCompatible({ baseUrl, model, meter });
  return llama({ ...(await smallModel()), meter, threads: 1 });
}
