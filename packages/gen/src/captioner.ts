import type { Captioner } from '@anagram/core';
import { generateText, Output } from 'ai';
import * as z from 'zod';
import { attempt, failure, type WireOptions } from './attempt.ts';
import { imagePart } from './image-part.ts';
import * as prompts from './prompts/captions-en.ts';

/** Texts for lone pictures, by a model that sees. A model that says nothing usable gives no texts. */
export function captioner(options: WireOptions): Captioner {
  const { model, maxRetries = 2 } = options;
  return {
    id: `${model.id}/${prompts.version}`,
    async caption({ image, count, signal }) {
      for (let round = 0; round <= maxRetries; round++) {
        const answer = await attempt(options, signal, async (abortSignal) => {
          const { output } = await generateText({
            model: model.language,
            instructions: prompts.instructions,
            messages: [{ role: 'user', content: [{ type: 'text', text: prompts.prompt(count) }, imagePart(image)] }],
            output: Output.object({ schema: z.strictObject({ captions: z.array(z.string()) }), name: 'captions' }),
            ...{ seed: round, maxRetries, abortSignal },
          });
          return output.captions.map((caption) => caption.trim()).filter((caption) => caption !== '');
        });
        if ('value' in answer && answer.value.length > 0) return [...new Set(answer.value)].slice(0, count);
        if ('problem' in answer && answer.problem === 'busy') throw failure(model, 'is too busy', answer.message);
      }
      return [];
    },
  };
}
