import type { Repairer } from '@anagram/core';
import { generateText, Output } from 'ai';
import * as z from 'zod';
import { attempt, failure, type WireOptions } from './attempt.ts';
import { imagePart } from './image-part.ts';
import * as prompts from './prompts/repairs-en.ts';

/** Corrects texts that do not fit their pictures, with the least change, by a model that sees. */
export function repairer(options: WireOptions): Repairer {
  const { model, maxRetries = 2 } = options;
  return {
    id: `${model.id}/${prompts.version}`,
    async repair({ image, text, count, signal }) {
      for (let round = 0; round <= maxRetries; round++) {
        const answer = await attempt(options, signal, async (abortSignal) => {
          const { output } = await generateText({
            model: model.language,
            instructions: prompts.instructions,
            messages: [
              { role: 'user', content: [{ type: 'text', text: prompts.prompt(text, count) }, imagePart(image)] },
            ],
            output: Output.object({ schema: z.strictObject({ texts: z.array(z.string()) }), name: 'repairs' }),
            ...{ seed: round, maxRetries, abortSignal },
          });
          return output.texts.map((each) => each.trim()).filter((each) => each !== '' && each !== text);
        });
        if ('value' in answer) return [...new Set(answer.value)].slice(0, count);
        if (answer.problem === 'busy') throw failure(model, 'is too busy', answer.message);
      }
      return [];
    },
  };
}
