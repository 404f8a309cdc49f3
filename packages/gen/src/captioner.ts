import type { Captioner } from '@anagram/core';
import * as z from 'zod';
import { askText, tooBusy, type WireOptions } from './ask-text.ts';
import * as prompts from './prompts/captions-en.ts';

const schema = z.strictObject({ captions: z.array(z.string()) });

export interface CaptionerOptions extends WireOptions {
  /** @default rules, without examples, at most 25 words, about everything */
  readonly prompt?: prompts.CaptionPrompt;
}

/** Texts for lone pictures, by a model that sees. A model that says nothing usable gives no texts. */
export function captioner(options: CaptionerOptions): Captioner {
  const { model, maxRetries = 2, prompt: chosen = {} } = options;
  const version = prompts.versionOf(chosen);
  const instructions = prompts.instructionsOf(chosen);
  return {
    id: `${model.id}/${version}`,
    async caption({ image, count, signal }) {
      const prompt = prompts.prompt(count);
      for (let seed = 0; seed <= maxRetries; seed++) {
        const question = { version, instructions, prompt, image, name: 'captions', schema, seed, texts: count, signal };
        const answer = await askText(options, question);
        if ('value' in answer) {
          const texts = answer.value.captions.map((caption) => caption.trim()).filter((caption) => caption !== '');
          if (texts.length > 0) return [...new Set(texts)].slice(0, count);
        } else if (answer.problem === 'busy') throw tooBusy(model, answer.message);
        else if (answer.problem !== 'answer') break;
      }
      return [];
    },
  };
}
