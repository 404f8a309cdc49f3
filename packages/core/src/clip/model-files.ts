import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorInfo } from '@anagram/native';
import { AnagramError } from '../errors.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { loadTokenizer } from '../text/load-tokenizer.ts';
import type { TextTokenizer } from '../text/text-tokenizer.ts';
import { type Architecture, isSiglip } from './architecture.ts';
import { type ClipConfig, type Layout, whyNot } from './clip-config.ts';
import { definingTensors } from './defining-tensors.ts';
import { fromTheirs, type NamedShape, type ReadTensor, toTheirs } from './layout.ts';
import { layoutFiles, layouts } from './layout-files.ts';
import { toOpenClipSiglip } from './open-clip-siglip.ts';
import { hasWeights, openWeights, refusePickled } from './open-weights.ts';
import { toAnagram, toOpenClip } from './preprocess-config.ts';
import { readConfig } from './read-config.ts';
import type { StoredTensors } from './read-safetensors.ts';
import { toSiglipConfig } from './siglip-config.ts';
import type { Scheme } from './tensor-names.ts';
import { toTransformersConfig } from './transformers-config.ts';
import { type TensorSource, writeSafetensors } from './write-safetensors.ts';

/** A model at rest: its config, its tokenizer, and a way to each tensor by open_clip's name. */
export interface StoredClip {
  readonly config: ClipConfig;
  readonly tokenizer: TextTokenizer;
  /** Reads every tensor that is asked for, checking names and shapes first. */
  readTensors(
    tensors: readonly TensorInfo[],
    take: (name: string, values: Float32Array) => Promise<void>,
  ): Promise<void>;
}

/** @throws AnagramError `model-mismatch`, or `checkpoint-corrupt` for the weights. */
export async function readModel(dir: string): Promise<StoredClip> {
  const layout = await findLayout(dir);
  const configPath = join(dir, layoutFiles[layout].config);
  const { config, whyMisread } = await readConfig(dir, configPath, layout);
  const tokenizer = await loadTokenizer(dir);
  if (tokenizer.vocabSize > config.vocabSize) {
    throw mismatch(
      dir,
      `The tokenizer in ${dir} has ${tokenizer.vocabSize} tokens. Expected at most the ${config.vocabSize} of ${configPath}.`,
    );
  }
  const misread = whyMisread(tokenizer);
  if (misread) {
    const remedy = `Set eos_token_id to ${tokenizer.endToken} if the model was trained with this tokenizer`;
    throw mismatch(configPath, `${configPath} does not fit its tokenizer: ${misread}. ${remedy}.`);
  }
  const { weights } = layoutFiles[layout];
  await using stored = await openWeights(dir, weights);
  const { architecture } = config;
  for (const tensor of definingTensors(config)) {
    checkShapes(stored, namesIn(layout, architecture, [tensor], stored.read).needed);
  }
  return {
    config,
    tokenizer,
    readTensors: async (tensors, take) => {
      await using file = await openWeights(dir, weights);
      const { needed, read } = namesIn(layout, architecture, tensors, file.read);
      checkShapes(file, needed);
      for (const { name } of tensors) await take(name, await read(name));
    },
  };
}

/** Where a folder has configs of more than one layout, the one whose weights are there. */
async function findLayout(dir: string): Promise<Layout> {
  const described = layoutsIn(dir);
  const layout = described.find((name) => hasWeights(dir, layoutFiles[name].weights)) ?? described[0];
  if (layout) return layout;
  await refusePickled(dir, layoutFiles.transformers.weights);
  const expected = layouts.map((name) => layoutFiles[name].config).join(', ');
  const inner = join(dir, 'model');
  const meant = layoutsIn(inner).length > 0 ? ` Did you mean ${inner}?` : '';
  throw mismatch(dir, `${dir} holds no model. Expected one of ${expected} in it.${meant}`);
}

function layoutsIn(dir: string): Layout[] {
  return layouts.filter((name) => existsSync(join(dir, layoutFiles[name].config)));
}

/** Whose names a layout's tensors have; null where they are ours. */
function schemeOf(layout: Layout, { family = 'clip' }: Architecture): Scheme | null {
  if (layout === 'transformers') return family;
  return layout === 'open_clip' && family === 'siglip' ? 'open_clip-siglip' : null;
}

/** Which tensors a layout's file needs to hold for these of ours, and how to read these out of it. */
function namesIn(layout: Layout, architecture: Architecture, tensors: readonly NamedShape[], read: ReadTensor) {
  const scheme = schemeOf(layout, architecture);
  return scheme ? fromTheirs(tensors, read, scheme) : { needed: tensors, read };
}

function checkShapes({ path, tensors }: StoredTensors, needed: readonly NamedShape[]): void {
  for (const { name, shape } of needed) {
    const stored = tensors.get(name);
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
}

/**
 * Writes a model: config, weights, tokenizer, preprocessing, in the layout of transformers, open_clip or our own.
 * @throws AnagramError `model-mismatch` where the layout cannot hold the architecture or how pictures are prepared.
 */
export async function writeModel(
  dir: string,
  layout: Layout,
  model: { config: ClipConfig; tokenizer: TextTokenizer; tensors: readonly TensorInfo[]; read: ReadTensor },
): Promise<void> {
  const { config, tokenizer, tensors, read } = model;
  const reason = whyNot(layout, config);
  if (reason)
    throw mismatch(dir, `The model cannot be written in the layout of ${layout}: ${reason}. Save it without a layout.`);
  const own = (): TensorSource[] => tensors.map(({ name, shape }) => ({ name, shape, read: () => read(name) }));
  const scheme = schemeOf(layout, config.architecture);
  const weights = scheme ? toTheirs(tensors, read, scheme) : own();
  await writeSafetensors(join(dir, layoutFiles[layout].weights), weights);
  await tokenizer.save(dir, { contextLength: config.architecture.text_cfg.context_length });
  if (layout === 'transformers') {
    const written = (isSiglip(config.architecture) ? toSiglipConfig : toTransformersConfig)(config, tokenizer);
    await writeJson(join(dir, 'preprocessor_config.json'), written.preprocessor);
    await writeJson(join(dir, layoutFiles.transformers.config), written.config);
  } else {
    await writeJson(join(dir, layoutFiles[layout].config), openClipConfig(layout, config));
  }
}

/** open_clip's `open_clip_config.json`, and our own. */
function openClipConfig(layout: Layout, { architecture, vocabSize, preprocess }: ClipConfig): object {
  const siglip = layout === 'open_clip' && isSiglip(architecture) ? toOpenClipSiglip(architecture, vocabSize) : null;
  const text_cfg = { ...architecture.text_cfg, vocab_size: vocabSize };
  const write = layout === 'anagram' ? toAnagram : toOpenClip;
  const preprocess_cfg = write(preprocess, architecture.vision_cfg.image_size);
  return { model_cfg: siglip ?? { ...architecture, text_cfg }, preprocess_cfg };
}

function writeJson(path: string, value: object): Promise<void> {
  return writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

function mismatch(path: string, message: string): AnagramError {
  return new AnagramError('model-mismatch', message, { path });
}
