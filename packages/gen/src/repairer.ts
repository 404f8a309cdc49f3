import type { Repairer } from '@anagram/core';
import * as z from 'zod';
import { askText, tooBusy, type WireOptions } from './ask-text.ts';
import * as prompts from './prompts/repairs-en.ts';

const schema = z.strictObject({ texts: z.array(z.string()) });

/** Corrects texts that do not fit their pictures, with the least change, by a model that sees. */
export function repairer(options: WireOptions): Repairer {
  const { model, maxRetries = 2 } = options;
  const { version, instructions } = prompts;
  return {
    id: `${model.id}/${version}`,
    async repair({ image, text, count, doubts, signal }) {
      const prompt = prompts.prompt(text, count, doubts ?? []);
      for (let seed = 0; seed <= maxRetries; seed++) {
        const question = { version, instructions, prompt, image, name: 'repairs', schema, seed, texts: count, signal };
        const answer = await askText(options, question);
        if ('value' in answer) {
          const texts = answer.value.texts.map((each) => each.trim()).filter((each) => each !== '' && each !== text);
          return [...new Set(texts)].slice(0, count);
        }
        if (answer.problem === 'busy') throw tooBusy(model, answer.message);
        if (answer.problem !== 'answer') break;
      }
      return [];
    },
  };
}
