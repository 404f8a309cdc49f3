import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { parseSettings } from '@anagram/core';
import { type LanguageModelMiddleware, wrapLanguageModel } from 'ai';
import * as z from 'zod';
import type { Meter } from '../meter/meter.ts';
import { handleOf, type ModelHandle } from '../model-handle.ts';
import { invalid, requireAddress } from './address.ts';
import { comfyui, type Workflow } from './comfyui.ts';
import { llama } from './llama.ts';
import { readOpenai } from './openai-answers.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { redactor } from './redact.ts';
import { sdapi } from './sdapi.ts';
import { transformers } from './transformers.ts';
import { onnxTypes } from './transformers-model.ts';
import { wireFetch } from './wire-fetch.ts';

const amount = z.number().min(0).exactOptional();
const provider = z.strictObject({
  /** What the service speaks. @default its name where that is a wire, else `compatible` */
  wire: z
    .enum(['openai', 'anthropic', 'compatible', 'llama', 'transformers', 'sdapi', 'sd-server', 'comfyui'])
    .exactOptional(),
  /** Address of the service. */
  baseUrl: z.string().exactOptional(),
  /** Environment variable that holds the key. @default OPENAI_API_KEY, ANTHROPIC_API_KEY, else ANAGRAM_API_KEY */
  apiKeyEnv: z.string().exactOptional(),
  /** Whether the service holds answers to a schema, or gives some JSON; answers are checked either way. @default 'schema' */
  structure: z.enum(['schema', 'json']).exactOptional(),
  /** What is asked of the service at most. */
  limits: z
    .strictObject({
      /** Requests under way at once. @default 4 */
      concurrency: z.int().min(1).exactOptional(),
      /** Requests that begin within a minute. @default no limit */
      requestsPerMinute: z.int().min(1).exactOptional(),
    })
    .exactOptional(),
  /** Money, in a currency of your own; what is left out costs nothing. */
  prices: z
    .strictObject({
      /** Of a million tokens that are sent. */
      inputPerMillion: amount,
      /** Of a million tokens that are answered. */
      outputPerMillion: amount,
      /** Of a picture that is drawn. */
      perPicture: amount,
    })
    .exactOptional(),
  /** Of llama and transformers: the folder of a project with the package that runs them. @default where this package is installed */
  library: z.string().exactOptional(),
  /** Of llama and transformers: processor threads. */
  threads: z.int().min(1).exactOptional(),
  /** Of llama and transformers: tokens of question and answer together. */
  contextTokens: z.int().min(256).exactOptional(),
  /** Of transformers: the type of the weights. @default 'fp32' */
  dtype: z.enum(onnxTypes).exactOptional(),
  /** Of ComfyUI: what `Export (API)` saves. */
  workflow: z.record(z.string(), z.looseObject({ class_type: z.string(), inputs: z.looseObject({}) })).exactOptional(),
  /** Of ComfyUI: where in the workflow each value goes, e.g. `6.inputs.text`. */
  slots: z
    .strictObject({
      /** Place of the text. */
      prompt: z.string(),
      /** Place of the seed. */
      seed: z.string().exactOptional(),
      /** Place of the picture that is edited. */
      image: z.string().exactOptional(),
      /** Place of the width in pixels. */
      width: z.string().exactOptional(),
      /** Place of the height in pixels. */
      height: z.string().exactOptional(),
    })
    .exactOptional(),
});

/** Services by name, as the settings give them. */
export const providersSchema = z.record(z.string().regex(/^[a-z][a-zA-Z0-9]*$/), provider);
export type ProviderSettings = z.output<typeof providersSchema>;

const known: ProviderSettings = {
  openai: { wire: 'openai', apiKeyEnv: 'OPENAI_API_KEY' },
  anthropic: { wire: 'anthropic', apiKeyEnv: 'ANTHROPIC_API_KEY' },
  local: { wire: 'compatible', baseUrl: 'http://127.0.0.1:11434/v1' },
  llama: { wire: 'llama' },
  transformers: { wire: 'transformers' },
};

/**
 * A model by its registry id, `PROVIDER:MODEL`: `openai:gpt-5-mini`, `anthropic:claude-…`, `local:qwen3-vl:4b` (Ollama, or any
 * other address), `llama:PATH.gguf` or `transformers:FOLDER` (in this process), or of a service that the settings name.
 * @param options.env Where keys are looked up.
 * @throws AnagramError `invalid-options`.
 */
export function openModel(
  id: string,
  options: { providers?: ProviderSettings; meter?: Meter; env?: { readonly [name: string]: string | undefined } } = {},
): ModelHandle {
  const providers = parseSettings('generation.providers', providersSchema, options.providers ?? {});
  const [name = '', model] = id.split(/:(.*)/s);
  const own = Object.hasOwn(providers, name) ? providers[name] : undefined;
  const base = Object.hasOwn(known, name) ? known[name] : undefined;
  const names = [...new Set([...Object.keys(known), ...Object.keys(providers)])].join(', ');
  if (!own && !base) throw invalid('model', `Expected PROVIDER:MODEL with a provider of ${names}, received "${id}"`);
  const {
    wire = 'compatible',
    baseUrl,
    apiKeyEnv = 'ANAGRAM_API_KEY',
    structure,
    workflow,
    slots,
    library,
    threads,
    contextTokens,
    dtype,
    ...rest
  } = {
    ...base,
    ...own,
  };
  if (!model && wire !== 'comfyui' && wire !== 'sdapi' && wire !== 'sd-server') {
    throw invalid('model', `Expected PROVIDER:MODEL, received "${id}"`);
  }
  const apiKey = options.env?.[apiKeyEnv] || undefined;
  const handle = { ...rest, ...(options.meter && { meter: options.meter }) };
  const shared = { ...handle, name, ...(apiKey !== undefined && { apiKey }) };
  if (wire === 'openai' || wire === 'anthropic') return hosted(wire, model!);
  if (wire === 'llama' || wire === 'transformers') {
    const own = { ...(library && { library }), ...(threads && { threads }), ...(contextTokens && { contextTokens }) };
    const inProcess = { ...handle, name, path: model!, ...own };
    return wire === 'llama' ? llama(inProcess) : transformers({ ...inProcess, ...(dtype && { dtype }) });
  }
  if (baseUrl === undefined)
    throw invalid(`generation.providers.${name}.baseUrl`, 'Expected the address of the server');
  if (wire === 'compatible')
    return openaiCompatible({ ...shared, baseUrl, model: model!, ...(structure && { structure }) });
  if (wire !== 'comfyui') return sdapi({ ...shared, baseUrl, ...(model && { model }) });
  if (!workflow || !slots) throw invalid(`generation.providers.${name}`, 'Expected workflow and slots for ComfyUI');
  return comfyui({ ...shared, baseUrl, workflow: workflow as Workflow, slots });

  function hosted(kind: 'openai' | 'anthropic', modelName: string): ModelHandle {
    const settings = {
      name,
      // A missing key is what the service says, with the variable to set; the SDK's own sentence names another one.
      apiKey: apiKey ?? 'missing',
      ...(baseUrl !== undefined && {
        baseURL: requireAddress(`generation.providers.${name}`, baseUrl).href.replace(/\/$/, ''),
      }),
      fetch: wireFetch(readOpenai),
    };
    const what = { name, model: modelName, redact: redactor([apiKey]) };
    if (kind === 'anthropic') {
      const language = wrapLanguageModel({ model: createAnthropic(settings)(modelName), middleware: asAnthropicTakes });
      return handleOf({ ...what, address: baseUrl ?? 'api.anthropic.com' }, { language }, handle);
    }
    const made = createOpenAI(settings);
    const models = { language: made.chat(modelName), image: made.image(modelName) };
    return handleOf({ ...what, address: baseUrl ?? 'api.openai.com' }, models, handle);
  }
}

/** It takes no seed, and would be given leave to answer at any length; the provider warns of both. */
const asAnthropicTakes: LanguageModelMiddleware = {
  specificationVersion: 'v4',
  async transformParams({ params: { seed: _, ...params } }) {
    return { ...params, maxOutputTokens: params.maxOutputTokens ?? 4096 };
  },
};
