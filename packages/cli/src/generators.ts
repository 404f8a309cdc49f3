import { parseSettings } from '@anagram/core';
import { type ModelHandle, openaiCompatible, type WireOptions } from '@anagram/gen';
import * as z from 'zod';
import { usage } from './config.ts';

const connection = z.strictObject({
  baseUrl: z.string(),
  model: z.string(),
  /** Environment variable that holds the key. */
  apiKeyEnv: z.string().default('ANAGRAM_API_KEY'),
  name: z.string().exactOptional(),
  structure: z.enum(['schema', 'json']).exactOptional(),
  maxRetries: z.int().min(0).exactOptional(),
  timeoutMs: z.int().min(1).exactOptional(),
});

/**
 * Turns `{ baseUrl, model }` in the settings into a generator. What a config file in code made itself, `"off"` and the like
 * are left to the verb that takes them.
 * @param where e.g. `negatives.writer`, for errors.
 * @throws AnagramError `invalid-options`
 */
export function toGenerator(where: string, setting: unknown, make: (options: WireOptions) => object): unknown {
  if (typeof setting !== 'object' || setting === null || !('baseUrl' in setting || 'model' in setting)) return setting;
  const { maxRetries, timeoutMs, ...wire } = parseSettings(where, connection, setting);
  return make({
    model: connect(wire),
    ...(maxRetries !== undefined && { maxRetries }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}

function connect({ apiKeyEnv, ...wire }: { baseUrl: string; model: string; apiKeyEnv: string }): ModelHandle {
  const apiKey = process.env[apiKeyEnv];
  return openaiCompatible({ ...wire, ...(apiKey && { apiKey }) });
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
