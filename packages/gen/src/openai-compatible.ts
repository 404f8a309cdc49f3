import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { AnagramError } from '@anagram/core';
import {
  extractJsonMiddleware,
  type ImageModel,
  type LanguageModel,
  type LanguageModelMiddleware,
  wrapLanguageModel,
} from 'ai';

export interface OpenaiCompatibleOptions {
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

/** A model behind a wire. What is made of it (`captioner`, `negativeWriter`, …) implements an interface of core. */
export interface ModelHandle {
  /** Service and model; part of every cache key. */
  readonly id: string;
  readonly name: string;
  /** Address without credentials and query, for errors. */
  readonly address: string;
  readonly language: LanguageModel;
  readonly image: ImageModel;
  /** Takes the key, and whatever looks like one, out of a sentence. */
  redact(sentence: string): string;
}

/**
 * A model on any server that speaks OpenAI's wire: chat completions, and images for `illustrator` and `editor`.
 * @throws AnagramError `invalid-options`.
 */
export function openaiCompatible({
  baseUrl,
  apiKey,
  model,
  name = 'compatible',
  structure = 'schema',
}: OpenaiCompatibleOptions): ModelHandle {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '') {
    throw invalid(
      'baseUrl',
      'Expected an http or https address without credentials and query, e.g. http://127.0.0.1:11434/v1',
    );
  }
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) throw invalid('name', `Expected letters and digits, received "${name}"`);
  if (model === '') throw invalid('model', 'Expected the name of a model on the server, received an empty text');
  const provider = createOpenAICompatible({
    name,
    baseURL: baseUrl,
    supportsStructuredOutputs: structure === 'schema',
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  return {
    id: `${name}/${model}`,
    name,
    address: `${url.origin}${url.pathname}`,
    language: wrapLanguageModel({
      model: provider.chatModel(model),
      // Small models put their JSON between fences.
      middleware: structure === 'schema' ? extractJsonMiddleware() : [extractJsonMiddleware(), withoutSchema],
    }),
    image: provider.imageModel(model),
    redact(sentence) {
      const hidden = apiKey ? sentence.replaceAll(apiKey, '[key]') : sentence;
      return hidden.replace(/\b(sk|pk|key|hf|gsk)[-_][\w*.-]{6,}/g, '[key]').replace(/Bearer\s+\S+/gi, 'Bearer [key]');
    },
  };
}

/** The provider warns of every schema that it cannot send; the prompts say the form too. */
const withoutSchema: LanguageModelMiddleware = {
  specificationVersion: 'v4',
  async transformParams({ params }) {
    return params.responseFormat?.type === 'json' ? { ...params, responseFormat: { type: 'json' } } : params;
  },
};

function invalid(option: string, expected: string): AnagramError {
  const where = `openaiCompatible.${option}`;
  return new AnagramError('invalid-options', `${where}: ${expected}.`, { where });
}
