import {
  languageOf,
  type NegativeCategory,
  type NegativeText,
  type NegativeWriter,
  type OnEvent,
  type RuleLanguage,
  rejection,
  ruleWriter,
  safeEmitter,
} from '@anagram/core';
import * as z from 'zod';
import { type Attempt, askText, tooBusy, type WireOptions } from './ask-text.ts';
import { changeOf } from './change-of.ts';
import * as english from './prompts/negatives-en.ts';
import * as korean from './prompts/negatives-ko.ts';

export interface NegativeWriterOptions extends WireOptions {
  /** Of the captions; `auto` tells each caption's by its script. @default 'auto' */
  readonly language?: RuleLanguage | 'auto';
  /** Sent where it is given; some models take none. */
  readonly temperature?: number;
  /** Writes what the model could not; null: nobody does, and a busy server is an error. @default ruleWriter() */
  readonly fallback?: NegativeWriter | null;
  /** Told once when the fallback first has to stand in for a busy server. */
  readonly onEvent?: OnEvent;
}

const prompts = { en: english, ko: korean } as const;

/** What `rewriting` lets pass: answers that were kept under another version were held to another rule. */
const guardVersion = 'one-change@1';

/**
 * Negative texts T'_C by a language model: one request for all categories of a caption, each answer screened as core screens
 * its own (equal, paraphrase, slip) and held to one change, refused ones asked for again with the reason, and the rest left to the fallback.
 */
export function negativeWriter(options: NegativeWriterOptions): NegativeWriter {
  const { model, language = 'auto', temperature, maxRetries = 2 } = options;
  const versions = (language === 'auto' ? Object.values(prompts) : [prompts[language]]).map(({ version }) => version);
  const fallback = options.fallback === undefined ? ruleWriter({ language }) : options.fallback;
  const warn = warnOnce(options.onEvent);
  type Rejected = Map<NegativeCategory, { text: string; reason: string }>;

  const ask = (
    text: string,
    categories: readonly NegativeCategory[],
    rejected: Rejected,
    seed: number,
    signal?: AbortSignal,
  ) => {
    const { version, instructions, prompt } = prompts[language === 'auto' ? languageOf(text) : language];
    return askText(options, {
      ...{ version, instructions, prompt: prompt(text, categories, rejected), name: 'negatives' },
      schema: answerSchema(categories),
      ...{ seed, signal, texts: categories.length },
      ...(temperature === undefined ? {} : { temperature }),
    }) as Promise<Attempt<Answer>>;
  };

  return {
    id: [
      model.id,
      versions.join('+'),
      guardVersion,
      temperature === undefined ? 'default' : `t${temperature}`,
      fallback?.id ?? 'none',
    ].join('/'),
    async write({ text, categories, seed, signal }) {
      const found: NegativeText[] = [];
      const rejected: Rejected = new Map();
      let open = [...categories];
      for (let round = 0; round <= maxRetries && open.length > 0; round++) {
        const answer: Attempt<Answer> = await ask(text, open, rejected, seed + round, signal);
        if (!('value' in answer)) {
          if (answer.problem === 'answer') continue;
          if (answer.problem === 'dry') return [];
          if (answer.problem === 'too-long') break;
          if (!fallback) throw tooBusy(model, answer.message);
          warn(`${model.id} is too busy (${answer.message}); ${fallback.id} writes negatives in its place.`);
          break;
        }
        open = open.filter((category) => {
          const written = answer.value[category];
          if (written === null || written === undefined) return false;
          const negative = { category, text: written.trim(), change: changeOf(text, written.trim()) };
          const repeated = found.some((each) => each.text === negative.text) ? 'the same as another answer' : null;
          const reason = repeated ?? rejection(text, negative) ?? rewriting(text, negative.text);
          if (reason) rejected.set(category, { text: negative.text.slice(0, quoted), reason });
          else found.push(negative);
          return reason !== null;
        });
      }
      if (open.length === 0 || !fallback) return found;
      return [...found, ...(await fallback.write({ text, categories: open, seed, ...(signal ? { signal } : {}) }))];
    },
  };
}

/** Characters of a refused answer that the next question quotes: one that goes on without end would fill the model's context. */
const quoted = 300;

/** More than one change: less than half of the caption is left, by words, in Korean by syllables, whose particles change with their nouns. */
function rewriting(caption: string, negative: string): string | null {
  const units = languageOf(caption) === 'ko' ? /\p{L}|\p{N}+/gu : /[\p{L}\p{M}\p{N}'’-]+/gu;
  const left = (negative.normalize('NFC').toLowerCase().match(units) ?? []).reduce(
    (counts, unit) => counts.set(unit, (counts.get(unit) ?? 0) + 1),
    new Map<string, number>(),
  );
  const own = caption.normalize('NFC').toLowerCase().match(units) ?? [];
  const kept = own.filter((unit) => {
    const count = left.get(unit) ?? 0;
    left.set(unit, count - 1);
    return count > 0;
  });
  return kept.length < Math.floor(own.length / 2) ? 'changed in more than one thing' : null;
}

type Answer = { readonly [category in NegativeCategory]?: string | null };

function answerSchema(categories: readonly NegativeCategory[]) {
  return z.strictObject(Object.fromEntries(categories.map((category) => [category, z.string().nullable()])));
}

function warnOnce(onEvent: OnEvent | undefined): (message: string) => void {
  const emit = safeEmitter(onEvent);
  let warned = false;
  return (message) => {
    if (!warned) emit({ type: 'warning', message });
    warned = true;
  };
}
