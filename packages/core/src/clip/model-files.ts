import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TensorInfo } from '@anagram/native';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { Tokenizer } from '../text/tokenizer.ts';
import { type Architecture, architectureSchema, findArchitecture } from './architecture.ts';
import { type ClipConfig, type Layout, openaiMean, openaiStd, whyNot } from './clip-config.ts';
import { fromTransformers, type ReadTensor, toTransformers } from './layout.ts';
import { openSafetensors } from './read-safetensors.ts';
import {
  fromTransformersConfig,
  preprocessorSchema,
  toTransformersConfig,
  transformersSchema,
} from './transformers-config.ts';
import { type TensorSource, writeSafetensors } from './write-safetensors.ts';

/** By which file a layout is known, and where its weights lie. */
const files: { readonly [layout in Layout]: { config: string; weights: string } } = {
  anagram: { config: 'anagram_config.json', weights: 'model.safetensors' },
  open_clip: { config: 'open_clip_config.json', weights: 'open_clip_model.safetensors' },
  transformers: { config: 'config.json', weights: 'model.safetensors' },
};
const layouts = Object.keys(files) as Layout[];

const channels = z.tuple([z.number(), z.number(), z.number()]);
/** open_clip's file, and ours: the same, but for what only our model configs know. */
const openClipSchema = z.object({
  model_cfg: architectureSchema,
  preprocess_cfg: z
    .object({ mean: channels.default([...openaiMean]), std: channels.default([...openaiStd]) })
    .prefault({}),
});

/** A model at rest: its config, its tokenizer, and a way to each tensor by open_clip's name. */
export interface StoredClip {
  readonly config: ClipConfig;
  readonly tokenizer: Tokenizer;
  /** Reads every tensor that is asked for, checking names and shapes first. */
  readTensors(
    tensors: readonly TensorInfo[],
    take: (name: string, values: Float32Array) => Promise<void>,
  ): Promise<void>;
}

/** @throws AnagramError `model-mismatch`, or `checkpoint-corrupt` for the weights. */
export async function readModel(dir: string): Promise<StoredClip> {
  const layout = layouts.find((name) => existsSync(join(dir, files[name].config)));
  if (!layout) {
    const expected = layouts.map((name) => files[name].config).join(', ');
    throw mismatch(dir, `${dir} holds no model. Expected one of ${expected} in it.`);
  }
  const config = await readConfig(dir, layout);
  const tokenizer = await Tokenizer.load(dir);
  if (tokenizer.vocabSize > config.vocabSize) {
    throw mismatch(
      dir,
      `The tokenizer in ${dir} has ${tokenizer.vocabSize} tokens. Expected at most the model's ${config.vocabSize}.`,
    );
  }
  const path = join(dir, files[layout].weights);
  return { config, tokenizer, readTensors: (tensors, take) => readTensors(path, layout, tensors, take) };
}

async function readConfig(dir: string, layout: Layout): Promise<ClipConfig> {
  const path = join(dir, files[layout].config);
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (layout === 'transformers') {
      const preprocessorPath = join(dir, 'preprocessor_config.json');
      const preprocessor = existsSync(preprocessorPath) ? JSON.parse(await readFile(preprocessorPath, 'utf8')) : {};
      return fromTransformersConfig(transformersSchema.parse(json), preprocessorSchema.parse(preprocessor));
    }
    const { model_cfg, preprocess_cfg } = openClipSchema.parse(json);
    const vocabSize = model_cfg.text_cfg.vocab_size ?? 49408;
    return { architecture: findArchitecture(model_cfg as Architecture), vocabSize, ...preprocess_cfg };
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const why = issue ? `${issue.path.join('.')}: ${issue.message}` : (cause as Error).message;
    throw mismatch(
      path,
      `${path} describes no model that Anagram can build: ${why}. Expected a CLIP of two plain towers.`,
      cause,
    );
  }
}

async function readTensors(
  path: string,
  layout: Layout,
  tensors: readonly TensorInfo[],
  take: (name: string, values: Float32Array) => Promise<void>,
): Promise<void> {
  await using file = await openSafetensors(path);
  const { needed, read } =
    layout === 'transformers' ? fromTransformers(tensors, file.read) : { needed: tensors, read: file.read };
  for (const { name, shape } of needed) {
    const stored = file.tensors.get(name);
    if (!stored)
      throw mismatch(
        path,
        `${path} lacks the tensor ${name} of shape [${shape}]. Expected the weights that its config describes.`,
      );
    const [size, expected] = [stored.shape, shape].map((sides) => sides.reduce((product, side) => product * side, 1));
    if (String(stored.shape) !== String(shape) && !(size === 1 && expected === 1)) {
      throw mismatch(
        path,
        `Tensor ${name} of ${path} has shape [${stored.shape}]. Expected [${shape}], as its config describes.`,
      );
    }
  }
  for (const { name } of tensors) await take(name, await read(name));
}

/**
 * Writes a model: config, weights, tokenizer, preprocessing, in the layout of transformers, open_clip or our own.
 * @throws AnagramError `model-mismatch` where the layout cannot hold the architecture.
 */
export async function writeModel(
  dir: string,
  layout: Layout,
  model: { config: ClipConfig; tokenizer: Tokenizer; tensors: readonly TensorInfo[]; read: ReadTensor },
): Promise<void> {
  const { config, tokenizer, tensors, read } = model;
  const reason = whyNot(layout, config.architecture);
  if (reason)
    throw mismatch(dir, `The model cannot be written in the layout of ${layout}: ${reason}. Save it without a layout.`);
  const own = (): TensorSource[] => tensors.map(({ name, shape }) => ({ name, shape, read: () => read(name) }));
  const weights = layout === 'transformers' ? toTransformers(tensors, read) : own();
  await writeSafetensors(join(dir, files[layout].weights), weights);
  await tokenizer.save(dir);
  await writeJson(join(dir, 'tokenizer_config.json'), tokenizerConfig(config));
  if (layout === 'transformers') {
    const written = toTransformersConfig(config, tokenizer);
    await writeJson(join(dir, 'preprocessor_config.json'), written.preprocessor);
    await writeJson(join(dir, files.transformers.config), written.config);
  } else {
    await writeJson(join(dir, files[layout].config), openClipConfig(config));
  }
}

/** open_clip's `open_clip_config.json`. */
function openClipConfig({ architecture, vocabSize, mean, std }: ClipConfig): object {
  const text_cfg = { ...architecture.text_cfg, vocab_size: vocabSize };
  return { model_cfg: { ...architecture, text_cfg }, preprocess_cfg: { mean, std } };
}

/** transformers picks its tokenizer class by this file. */
function tokenizerConfig({ architecture }: ClipConfig): object {
  const end = '<|endoftext|>';
  return {
    tokenizer_class: 'CLIPTokenizer',
    model_max_length: architecture.text_cfg.context_length,
    bos_token: '<|startoftext|>',
    eos_token: end,
    unk_token: end,
    pad_token: end,
  };
}

function writeJson(path: string, value: object): Promise<void> {
  return writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

function mismatch(path: string, message: string, cause?: unknown): AnagramError {
  return new AnagramError('model-mismatch', message, { path }, { cause });
}
