import { AnagramError, isAnagramError, parseSettings } from '@anagram/core';
import { captionPromptSchema, type ImageOptions, type ModelHandle, openaiCompatible, openModel } from '@anagram/gen';
import * as z from 'zod';
import { usage } from './config.ts';
import type { Generation } from './generation.ts';

export const connectionSchema = z.strictObject({
  /** Address of a server with an OpenAI-compatible API. Without it `model` is a registry id. */
  baseUrl: z.string().exactOptional(),
  /** A model on that server, or a registry id: `openai:…`, `anthropic:…`, `local:…`, or of a service in `generation.providers`. */
  model: z.string(),
  /** Environment variable that holds the key. */
  apiKeyEnv: z.string().default('ANAGRAM_API_KEY'),
  /** Of the service at `baseUrl`, in reports and keys of the cache. @default 'compatible' */
  name: z.string().exactOptional(),
  /** Whether the service at `baseUrl` holds answers to a schema, or gives some JSON; they are checked either way. @default 'schema' */
  structure: z.enum(['schema', 'json']).exactOptional(),
  maxRetries: z.int().min(0).exactOptional(),
  timeoutMs: z.int().min(1).exactOptional(),
  size: z.templateLiteral([z.int(), 'x', z.int()]).exactOptional(),
  sendSeed: z.boolean().exactOptional(),
  parameters: z.record(z.string(), z.json()).exactOptional(),
  /** Of a captioner: wording, examples, words, focus. */
  prompt: captionPromptSchema.exactOptional(),
});

/**
 * Turns `{ model }` or `{ baseUrl, model }` in the settings into a generator. What a config file in code made itself, `"off"` and the like
 * are left to the verb that takes them.
 * @param where e.g. `negatives.writer`, for errors.
 * @throws AnagramError `invalid-options`
 */
export function toGenerator(
  where: string,
  setting: unknown,
  make: (options: ImageOptions) => object,
  generation: Generation,
): unknown {
  if (typeof setting !== 'object' || setting === null || !('baseUrl' in setting || 'model' in setting)) return setting;
  const { baseUrl, model, apiKeyEnv, name, structure, ...options } = parseSettings(where, connectionSchema, setting);
  return make({ model: connect(), ...(options as Omit<ImageOptions, 'model'>) });

  function connect(): ModelHandle {
    const { meter, providers } = generation;
    if (baseUrl === undefined) {
      if (!model.includes(':'))
        throw usage(`${where}.baseUrl`, 'Expected an address, or a model of the form PROVIDER:MODEL.');
      return named(where, () => openModel(model, { providers, meter, env: process.env }));
    }
    const apiKey = process.env[apiKeyEnv];
    const chosen = { ...(name && { name }), ...(structure && { structure }), ...(apiKey && { apiKey }) };
    return openaiCompatible({ baseUrl, model, meter, ...chosen });
  }
}

/** Says which generator's model is meant, where the error itself does not name a setting. */
function named<T>(where: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    if (!isAnagramError(cause, 'invalid-options') || cause.message.startsWith('generation.')) throw cause;
    throw new AnagramError('invalid-options', `${where}: ${cause.message}`, { where });
  }
}

/** Flags `--base-url` and `--model` as a setting; undefined where neither was given. */
export function wireOfFlags(flags: {
  baseUrl?: string;
  model?: string;
}): { baseUrl: string; model: string } | undefined {
  const { baseUrl, model } = flags;
  if (baseUrl === undefined && model === undefined) return undefined;
  if (baseUrl === undefined || model === undefined) {
    throw usage('--base-url and --model', 'Expected both: the address of the server and the name of a model on it.');
  }
  return { baseUrl, model };
}
