import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AnagramError } from '@anagram/core';
import type { Meter } from '../meter/meter.ts';
import type { HandleOptions } from '../model-handle.ts';
import { loadPeer } from './optional-peer.ts';
import type { Tokenizer } from './token-choice.ts';

export const onnxTypes = ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'bnb4', 'q4f16'] as const;

export interface TransformersOptions extends HandleOptions {
  /** Folder with `config.json`, `tokenizer.json` and `onnx/`, as transformers.js reads it. */
  readonly path: string;
  /** Which of the folder's weights are taken. @default 'fp32' */
  readonly dtype?: (typeof onnxTypes)[number];
  /** Name of the service. @default 'transformers' */
  readonly name?: string;
  /** Folder of a project that has `@huggingface/transformers` in its `node_modules`. @default where this package is installed */
  readonly library?: string;
  /** @default as many as the machine has cores */
  readonly threads?: number;
  /** Tokens of question, pictures and answer together, where the model can read as many. @default 4096 */
  readonly contextTokens?: number;
}

/** The part of `@huggingface/transformers` that is used. An optional peer: its types must not be needed to compile against this package. */
interface Library {
  readonly env: { logLevel: number };
  readonly LogLevel: { readonly ERROR: number };
  readonly AutoModelForCausalLM: From<Model>;
  readonly AutoModelForImageTextToText: From<Model>;
  readonly AutoTokenizer: From<ChatTokenizer>;
  readonly AutoProcessor: From<Processor>;
  readonly RawImage: new (data: Uint8Array, width: number, height: number, channels: 3) => object;
}
interface From<T> {
  from_pretrained(path: string, options: object): Promise<T>;
}
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
  tolist(): bigint[][];
}
export interface Inputs {
  readonly input_ids: Tensor;
}
type Texts = readonly { role: string; content: string | object[] }[];
interface ChatTokenizer extends Tokenizer {
  readonly chat_template: unknown;
  apply_chat_template(messages: Texts, options: object): string;
  (text: string, options: { add_special_tokens: false }): Inputs;
}
interface Processor {
  readonly chat_template?: string | null;
  readonly tokenizer: ChatTokenizer;
  (first: unknown, second: unknown): Promise<Inputs>;
}
interface Model {
  readonly generation_config?: { readonly eos_token_id?: number | readonly number[] | null } | null;
  generate(options: object): Promise<Tensor>;
}

/** A model with what it needs to be asked. */
export interface Opened {
  readonly library: Library;
  readonly model: Model;
  readonly tokenizer: ChatTokenizer;
  /** Of models that read pictures. */
  readonly processor: Processor | null;
  /** Where the tokenizer has none of its own. */
  readonly template: string | null;
  readonly kind: string;
  /** Tokens that it reads and writes at most. */
  readonly context: number;
}

const opened = new WeakMap<Meter, Map<string, Promise<Opened>>>();

/** A captioner and a repairer of one run share a model. */
export function openOnce(meter: Meter, options: TransformersOptions): Promise<Opened> {
  const { path, dtype, threads, contextTokens, library: folder } = options;
  const key = JSON.stringify([path, dtype, threads, contextTokens, folder]);
  const ofRun = opened.get(meter) ?? new Map<string, Promise<Opened>>();
  opened.set(meter, ofRun);
  const opening = ofRun.get(key) ?? open(options);
  ofRun.set(key, opening);
  return opening;
}

const library = '@huggingface/transformers';

async function open(options: TransformersOptions): Promise<Opened> {
  const { name = 'transformers', dtype = 'fp32', threads, contextTokens = 4096 } = options;
  const path = resolve(options.path);
  const model = basename(path);
  const peer = { name: library, runs: 'ONNX models', provider: name, model };
  const loaded = (await loadPeer(peer, options.library)) as Library;
  loaded.env.logLevel = loaded.LogLevel.ERROR;
  const few = threads === undefined ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1 };
  const from = { local_files_only: true, dtype, device: 'cpu', session_options: { ...few, logSeverityLevel: 3 } };
  try {
    const config = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'));
    const sees = config.vision_config !== undefined;
    const processor = sees ? await loaded.AutoProcessor.from_pretrained(path, from) : null;
    const tokenizer = processor?.tokenizer ?? (await loaded.AutoTokenizer.from_pretrained(path, from));
    const file = join(path, 'chat_template.jinja');
    const template = existsSync(file) ? readFileSync(file, 'utf8') : (processor?.chat_template ?? null);
    if (template === null && !tokenizer.chat_template) throw new Error('it has no chat template');
    const kinds = sees ? loaded.AutoModelForImageTextToText : loaded.AutoModelForCausalLM;
    const reads = config.max_position_embeddings ?? config.text_config?.max_position_embeddings ?? contextTokens;
    return {
      ...{ library: loaded, model: await kinds.from_pretrained(path, from), tokenizer, processor, template },
      ...{ kind: config.model_type, context: Math.min(contextTokens, reads) },
    };
  } catch (cause) {
    const said = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
    throw new AnagramError(
      'generation-failed',
      `${path} could not be opened by transformers.js: ${said}. Expected a chat model for text-generation or image-text-to-text with its ${dtype} weights in onnx/. Take another folder, or weights that it has: generation.providers.${name}.dtype.`,
      { model },
      { cause },
    );
  }
}
