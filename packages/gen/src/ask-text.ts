import { hashBytes, isAnagramError, type Json } from '@anagram/core';
import { generateText, NoObjectGeneratedError, Output } from 'ai';
import { jsonrepair } from 'jsonrepair';
import type * as z from 'zod';
import { failure } from './failure.ts';
import { imagePart } from './image-part.ts';
import type { Asked } from './meter/meter.ts';
import { estimateTokens, tokensOfPicture } from './meter/spending.ts';
import type { ModelHandle } from './model-handle.ts';
import { WireFault } from './wire/fault.ts';

/** How a generator talks to its model. */
export interface WireOptions {
  readonly model: ModelHandle;
  /** Repetitions after a busy server (429, 5xx; waits as long as it asks for), and again after an unusable answer. @default 2 */
  readonly maxRetries?: number;
  /** Longest wait for one answer, in milliseconds. @default 120000 */
  readonly timeoutMs?: number;
}

export interface TextQuestion<S extends z.ZodType> {
  /** Version of the prompt; part of the cache key, as is everything below. */
  readonly version: string;
  readonly instructions: string;
  readonly prompt: string;
  readonly image?: Uint8Array;
  readonly name: string;
  readonly schema: S;
  readonly seed: number;
  readonly temperature?: number;
  /** Texts that are expected, for estimates. */
  readonly texts: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * What came of a question. `answer`: the model said something unusable, and another try may help. `busy`, `too-long`: see `Asked`.
 * `dry`: a dry run asks nothing.
 */
export type Attempt<T> =
  | { readonly value: T }
  | { readonly problem: 'answer' | 'busy' | 'too-long' | 'dry'; readonly message: string };

interface Said {
  readonly text: string;
  readonly finish: string;
}

/** Asks a language model for one JSON answer of a form. */
export async function askText<S extends z.ZodType>(
  { model, maxRetries = 2, timeoutMs = 120_000 }: WireOptions,
  question: TextQuestion<S>,
): Promise<Attempt<z.output<S>>> {
  const { version, instructions, prompt, image, name, schema, seed, temperature, texts, signal } = question;
  const key: Json = [
    'text',
    model.id,
    version,
    instructions,
    prompt,
    image ? hashBytes(image) : null,
    seed,
    temperature ?? null,
  ];
  const asked: Asked = await model.meter.ask({
    ...{ model, maxRetries, timeoutMs, signal, question: key },
    expected: {
      inputTokens: estimateTokens(instructions, prompt) + (image ? tokensOfPicture : 0),
      outputTokens: 20 + 30 * texts,
      pictures: 0,
    },
    async call(abortSignal) {
      const said = await speak(() =>
        generateText({
          model: model.language,
          instructions,
          messages: [{ role: 'user', content: [{ type: 'text', text: prompt }, ...(image ? [imagePart(image)] : [])] }],
          output: Output.object({ schema, name }),
          ...{ seed, maxRetries: 0, abortSignal },
          ...(temperature === undefined ? {} : { temperature }),
        }),
      );
      const { inputTokens, outputTokens, ...rest } = said;
      const amount = {
        inputTokens: inputTokens ?? estimateTokens(instructions, prompt),
        outputTokens: outputTokens ?? estimateTokens(rest.text),
        pictures: 0,
      };
      return { answer: Buffer.from(JSON.stringify(rest satisfies Said)), amount };
    },
  });
  if ('problem' in asked) return asked;
  const { text, finish } = JSON.parse(Buffer.from(asked.answer).toString('utf8')) as Said;
  const unusable = (fault: 'refusal' | 'broken-json' | 'wrong-form', message: string) => {
    model.meter.note(model, fault, message);
    return { problem: 'answer', message } as const;
  };
  if (finish === 'content-filter') return unusable('refusal', 'the model declined to answer');
  const json = readJson(text, finish);
  if (json === undefined) return unusable('broken-json', `an answer that is not JSON (${finish})`);
  const parsed = schema.safeParse(json);
  return parsed.success ? { value: parsed.data } : unusable('wrong-form', 'an answer of another form');
}

/** What a server without pictures or patience is told. */
export function tooBusy(model: ModelHandle, message: string) {
  return failure(
    model,
    'is too busy',
    message,
    'Wait a while and run the same command again: what is finished is kept',
  );
}

type Spoken = Said & { inputTokens?: number | undefined; outputTokens?: number | undefined };

/** An answer of another form is an answer: it was paid for, and is kept. */
async function speak(
  ask: () => PromiseLike<{
    text: string;
    finishReason: string;
    usage: { inputTokens?: number | undefined; outputTokens?: number | undefined };
  }>,
): Promise<Spoken> {
  try {
    const { text, finishReason, usage } = await ask();
    return { text, finish: finishReason, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
  } catch (error) {
    if (NoObjectGeneratedError.isInstance(error)) {
      const { text = '', finishReason = 'other', usage } = error;
      return { text, finish: finishReason, inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens };
    }
    if (error instanceof WireFault && error.kind === 'refusal') return { text: '', finish: 'content-filter' };
    throw asFault(error);
  }
}

/** What the SDK itself makes of an answer without the fields that it needs. */
export function asFault(error: unknown): unknown {
  if (error instanceof WireFault || isAnagramError(error)) return error;
  const name = (error as Error)?.name ?? '';
  if (name === 'AbortError' || name === 'TimeoutError') return error;
  const unreadable = /APICallError|TypeValidation|JSONParse|InvalidResponse/.test(name);
  return unreadable ? new WireFault('broken-json', 'an answer without the fields that belong there') : error;
}

/** JSON out of an answer: between fences, among words, with small slips mended; undefined where it was cut off or is none. */
function readJson(text: string, finish: string): unknown {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start || finish === 'length') return undefined;
  const json = text.slice(start, end + 1);
  try {
    return JSON.parse(json);
  } catch {
    try {
      return JSON.parse(jsonrepair(json));
    } catch {
      return undefined;
    }
  }
}
