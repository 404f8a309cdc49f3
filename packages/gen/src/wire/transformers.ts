import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { decodeImage } from '@anagram/core';
import { handleOf, type ModelHandle } from '../model-handle.ts';
import { invalid } from './address.ts';
import { longerThan, WireFault } from './fault.ts';
import { jsonForm } from './json-form.ts';
import { TokenChoice } from './token-choice.ts';
import { type Inputs, type Opened, openOnce, type Tensor, type TransformersOptions } from './transformers-model.ts';

/** What llama.cpp's own server takes where a request names none; 0 would make every repetition the same. */
const defaultTemperature = 0.8;
const mostTokens = 1024;

/**
 * A chat model in ONNX files in this process, by the optional peer `@huggingface/transformers`: text generation, or image-text-to-text,
 * which reads pictures too. Answers are drawn by the question's seed and held to its JSON schema. One question at a time; nothing is
 * ever downloaded. The folder's name is the model's: another folder of that name would be answered for by the cache.
 * @throws AnagramError `invalid-options` where there is no such folder; `generation-failed`, when first asked, where the peer is missing or
 * the model cannot be opened.
 */
export function transformers(options: TransformersOptions): ModelHandle {
  const { name = 'transformers', path, dtype, limits, contextTokens } = options;
  if (!existsSync(join(path, 'config.json'))) {
    throw invalid(
      `${name}.path`,
      `Expected a folder with config.json, tokenizer.json and onnx/ (\`hf download ID --local-dir FOLDER\` makes one), received "${path}"`,
    );
  }
  // What an answer depends on stands in the name, which caches go by.
  const model = [basename(resolve(path)), dtype, contextTokens].filter((part) => part !== undefined).join('-');
  const language: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: name,
    modelId: model,
    supportedUrls: {},
    doGenerate: async (request) => answer(await openOnce(handle.meter, options), name, request),
    doStream: () => Promise.reject(new WireFault('rejected', 'nothing here reads streams')),
  };
  const redact = (sentence: string) => sentence;
  const settings = { ...options, limits: { ...limits, concurrency: 1 } };
  const handle = handleOf({ name, model, address: path, redact }, { language }, settings);
  return handle;
}

async function answer(opened: Opened, name: string, request: LanguageModelV4CallOptions) {
  const { model, tokenizer, context } = opened;
  const { responseFormat, seed = 0, temperature = defaultTemperature, maxOutputTokens, abortSignal } = request;
  const schema = responseFormat?.type === 'json' ? responseFormat.schema : undefined;
  const form = schema ? jsonForm(schema) : null;
  const inputs = await inputsOf(opened, request.prompt);
  const asked = inputs.input_ids.dims.at(-1)!;
  if (asked >= context) throw longerThan(context, asked, name);
  const ends = [model.generation_config?.eos_token_id ?? []].flat();
  const choice = new TokenChoice({ tokenizer, form, temperature, seed });
  const behind = (ids: readonly (bigint | number)[][]) => ids[0]!.slice(asked).map(Number);
  const choose = (ids: bigint[][], logits: Tensor) => {
    const next = choice.next(behind(ids), logits.data);
    logits.data.fill(Number.NEGATIVE_INFINITY)[next] = 0;
    return logits;
  };
  const tokens = Math.min(maxOutputTokens ?? mostTokens, context - asked);
  const answered = await model.generate({
    ...{ ...inputs, max_new_tokens: tokens, do_sample: false, num_beams: 1 },
    logits_processor: [choose],
    stopping_criteria: [(ids: bigint[][]) => [abortSignal?.aborted === true || choice.isWhole(behind(ids))]],
  });
  abortSignal?.throwIfAborted();
  const said = behind(answered.tolist());
  const stopped = ends.includes(said.at(-1)!) || choice.isWhole(said);
  return {
    content: [{ type: 'text' as const, text: choice.textOf(said) }],
    finishReason: { unified: stopped ? ('stop' as const) : ('length' as const), raw: undefined },
    usage: {
      inputTokens: { total: asked, noCache: asked, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: said.length, text: said.length, reasoning: undefined },
    },
    warnings: [],
  };
}

async function inputsOf(opened: Opened, prompt: LanguageModelV4CallOptions['prompt']): Promise<Inputs> {
  const { library, processor, tokenizer, template, kind } = opened;
  const pictures: object[] = [];
  const messages = [];
  for (const { role, content } of prompt) {
    const texts: string[] = [];
    const before = pictures.length;
    if (role === 'system') texts.push(content);
    else if (role !== 'user') throw new WireFault('rejected', `a message of the ${role}`);
    else {
      for (const part of content) {
        if (part.type === 'text') texts.push(part.text);
        else if (!processor) throw new WireFault('rejected', 'a picture, which a model of texts alone does not read');
        else if (part.data.type !== 'data') throw new WireFault('rejected', `a picture as ${part.data.type}`);
        else {
          const bytes = typeof part.data.data === 'string' ? Buffer.from(part.data.data, 'base64') : part.data.data;
          const { data, width, height } = await decodeImage(bytes);
          pictures.push(new library.RawImage(data, width, height, 3));
        }
      }
    }
    const text = texts.join('\n');
    // The picture before the question, as these models learn it; templates of models that read texts alone want a string.
    const shown = pictures.slice(before).map(() => ({ type: 'image' }));
    messages.push({ role, content: processor ? [...shown, { type: 'text', text }] : text });
  }
  const written = { tokenize: false, add_generation_prompt: true, enable_thinking: false };
  const text = tokenizer.apply_chat_template(messages, { ...written, chat_template: template });
  if (!processor || pictures.length === 0) return tokenizer(text, { add_special_tokens: false });
  return /^lfm\d_vl$/.test(kind) ? processor(pictures, text) : processor(text, pictures);
}
