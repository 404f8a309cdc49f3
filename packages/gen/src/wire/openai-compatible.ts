import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { type LanguageModelMiddleware, wrapLanguageModel } from 'ai';
import { type HandleOptions, handleOf, type ModelHandle } from '../model-handle.ts';
import { invalid, requireAddress, requireName } from './address.ts';
import { readOpenai } from './openai-answers.ts';
import { redactor } from './redact.ts';
import { wireFetch } from './wire-fetch.ts';

export interface OpenaiCompatibleOptions extends HandleOptions {
  /** Address of the API up to its version, e.g. `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token; appears in no error and no log. */
  readonly apiKey?: string;
  /** The model's name on that server. */
  readonly model: string;
  /** Name of the service, which goes into verdicts and cache keys; letters and digits. @default 'compatible' */
  readonly name?: string;
  /**
   * How answers are held to their form: `schema` has the server decode under a JSON schema (Ollama, llama.cpp, vLLM, SGLang,
   * LM Studio, OpenAI), `json` asks for some JSON. Either way answers are checked here. @default 'schema'
   */
  readonly structure?: 'schema' | 'json';
}

/**
 * A model on any server that speaks OpenAI's wire: chat completions, and images for `illustrator` and `editor`.
 * @throws AnagramError `invalid-options`.
 */
export function openaiCompatible(options: OpenaiCompatibleOptions): ModelHandle {
  const { baseUrl, apiKey, model, name = 'compatible', structure = 'schema' } = options;
  const url = requireAddress('openaiCompatible', baseUrl);
  requireName('openaiCompatible.name', name);
  if (model === '') throw invalid('openaiCompatible.model', 'Expected the name of a model, received an empty text');
  const provider = createOpenAICompatible({
    name,
    baseURL: baseUrl,
    supportsStructuredOutputs: structure === 'schema',
    ...(apiKey === undefined ? {} : { apiKey }),
    fetch: wireFetch(readOpenai),
  });
  const language = provider.chatModel(model);
  return handleOf(
    { name, model, address: `${url.origin}${url.pathname}`, redact: redactor([apiKey]) },
    {
      language: structure === 'schema' ? language : wrapLanguageModel({ model: language, middleware: withoutSchema }),
      image: provider.imageModel(model),
    },
    options,
  );
}

/** The provider warns of every schema that it cannot send; the prompts say the form too. */
const withoutSchema: LanguageModelMiddleware = {
  specificationVersion: 'v4',
  async transformParams({ params }) {
    return params.responseFormat?.type === 'json' ? { ...params, responseFormat: { type: 'json' } } : params;
  },
};
