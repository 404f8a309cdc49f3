import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { type HandleOptions, handleOf, type ModelHandle } from '../model-handle.ts';
import { invalid } from './address.ts';
import { longerThan, WireFault } from './fault.ts';
import { loadPeer } from './optional-peer.ts';

export interface LlamaOptions extends HandleOptions {
  /** A GGUF file. */
  readonly path: string;
  /** Name of the service. @default 'llama' */
  readonly name?: string;
  /** Folder of a project that has `node-llama-cpp` in its `node_modules`. @default where this package is installed */
  readonly library?: string;
  /** @default as many as the machine has cores for */
  readonly threads?: number;
  /** Tokens of question and answer together. @default 4096 */
  readonly contextTokens?: number;
}

/** The part of `node-llama-cpp` that is used. An optional peer: its types must not be needed to compile against this package. */
interface Library {
  getLlama(options: {
    build: 'never';
    skipDownload: true;
    progressLogs: false;
    maxThreads?: number;
    logLevel: string;
  }): Promise<Engine>;
  LlamaChatSession: new (options: {
    contextSequence: Sequence;
    systemPrompt: string;
    autoDisposeSequence: false;
  }) => Session;
}
interface Engine {
  loadModel(options: { modelPath: string }): Promise<{
    createContext(options: { contextSize: number; threads?: number }): Promise<{ getSequence(): Sequence }>;
  }>;
  createGrammarForJsonSchema(schema: object): Promise<object>;
}
interface Sequence {
  readonly tokenMeter: { getState(): Meters };
  readonly context: { readonly contextSize: number };
  readonly model: { readonly tokenizer: object };
}
interface Meters {
  readonly usedInputTokens: number;
  readonly usedOutputTokens: number;
}
type Turn = { type: 'system' | 'user'; text: string } | { type: 'model'; response: [] };
interface Session {
  readonly chatWrapper: {
    generateContextState(options: { chatHistory: readonly Turn[] }): {
      contextText: { tokenize(tokenizer: object): readonly number[] };
    };
  };
  promptWithMeta(
    prompt: string,
    options: { grammar?: object; seed?: number; temperature: number; maxTokens: number; signal?: AbortSignal },
  ): Promise<{ responseText: string; stopReason: string }>;
  dispose(): void;
}

/** What llama.cpp's own server takes where a request names none; 0 would make every repetition the same. */
const defaultTemperature = 0.8;
const mostTokens = 1024;

/**
 * A GGUF model in this process, by the optional peer `node-llama-cpp`, its answers decoded under the question's JSON schema. One question
 * at a time; reads texts alone. Takes the peer's prebuilt binaries and never compiles: `npm install --ignore-scripts node-llama-cpp`.
 * The file's name is the model's: another file of that name would be answered for by the cache.
 * @throws AnagramError `invalid-options` where there is no such file; `generation-failed`, when first asked, where the peer is missing.
 */
export function llama(options: LlamaOptions): ModelHandle {
  const { name = 'llama', path, limits, contextTokens } = options;
  if (!existsSync(path)) throw invalid(`${name}.path`, `Expected a GGUF file, received "${path}"`);
  let opened: Promise<Opened> | undefined;
  // What an answer depends on stands in the name, which caches go by.
  const model = [basename(path), contextTokens].filter((part) => part !== undefined).join('-');
  const language: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: name,
    modelId: model,
    supportedUrls: {},
    async doGenerate(request) {
      opened ??= open(options);
      return answer(await opened, name, request);
    },
    doStream: () => Promise.reject(new WireFault('rejected', 'nothing here reads streams')),
  };
  const redact = (sentence: string) => sentence;
  const handle = { ...options, limits: { ...limits, concurrency: 1 } };
  return handleOf({ name, model, address: path, redact }, { language }, handle);
}

interface Opened {
  readonly library: Library;
  readonly engine: Engine;
  readonly sequence: Sequence;
}

async function open({
  path,
  name = 'llama',
  library: folder,
  threads,
  contextTokens = 4096,
}: LlamaOptions): Promise<Opened> {
  const peer = { name: 'node-llama-cpp', runs: 'GGUF models', provider: name, model: basename(path) };
  const library = (await loadPeer(peer, folder)) as Library;
  const few = threads === undefined ? {} : { maxThreads: threads };
  const engine = await library.getLlama({
    ...{ build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error' },
    ...few,
  });
  const model = await engine.loadModel({ modelPath: resolve(path) });
  const context = await model.createContext({ contextSize: contextTokens, ...(threads !== undefined && { threads }) });
  return { library, engine, sequence: context.getSequence() };
}

async function answer({ library, engine, sequence }: Opened, name: string, request: LanguageModelV4CallOptions) {
  const { prompt, responseFormat, seed, temperature = defaultTemperature, maxOutputTokens, abortSignal } = request;
  const { system, user } = textsOf(prompt);
  const schema = responseFormat?.type === 'json' ? responseFormat.schema : undefined;
  const grammar = schema && (await engine.createGrammarForJsonSchema(asGrammar(schema) as object));
  const before = sequence.tokenMeter.getState();
  const session = new library.LlamaChatSession({
    contextSequence: sequence,
    systemPrompt: system,
    autoDisposeSequence: false,
  });
  try {
    // Told nothing, the library would take words off the question's beginning until it fits, and answer what is left.
    const asked = lengthOf(session, sequence, [
      { type: 'system', text: system },
      { type: 'user', text: user },
      { type: 'model', response: [] },
    ]);
    const room = sequence.context.contextSize - 1 - asked;
    if (room < 1) throw longerThan(sequence.context.contextSize, asked, name);
    const { responseText: text, stopReason: raw } = await session.promptWithMeta(user, {
      ...(grammar && { grammar }),
      ...(seed !== undefined && { seed }),
      ...(abortSignal && { signal: abortSignal }),
      temperature,
      maxTokens: Math.min(maxOutputTokens ?? mostTokens, room),
    });
    const after = sequence.tokenMeter.getState();
    return {
      content: [{ type: 'text' as const, text }],
      finishReason: { unified: raw === 'maxTokens' ? ('length' as const) : ('stop' as const), raw },
      usage: usageOf(before, after),
      warnings: [],
    };
  } finally {
    session.dispose();
  }
}

/** Tokens of a talk as the model is given it. */
function lengthOf({ chatWrapper }: Session, { model }: Sequence, chatHistory: readonly Turn[]): number {
  return chatWrapper.generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer).length;
}

/** Input tokens are those that had to be read: a beginning that two questions share is read once. */
function usageOf(before: Meters, after: Meters) {
  const input = after.usedInputTokens - before.usedInputTokens;
  const output = after.usedOutputTokens - before.usedOutputTokens;
  return {
    inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: output, reasoning: undefined },
  };
}

function textsOf(prompt: LanguageModelV4CallOptions['prompt']): { system: string; user: string } {
  const texts = { system: '', user: '' };
  for (const { role, content } of prompt) {
    if (role === 'system') texts.system += content;
    else if (role !== 'user') throw new WireFault('rejected', `a message of the ${role}`);
    else {
      for (const part of content) {
        if (part.type !== 'text')
          throw new WireFault('rejected', 'a picture, which a model in this process does not read');
        texts.user += part.text;
      }
    }
  }
  return texts;
}

/** The library knows alternatives as `oneOf` alone; zod writes `anyOf`, of which it would see the last. */
function asGrammar(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asGrammar);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key]) => key !== '$schema');
  return Object.fromEntries(entries.map(([key, value]) => [key === 'anyOf' ? 'oneOf' : key, asGrammar(value)]));
}
