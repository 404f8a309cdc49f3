import {
  type Architecture,
  type ArchitectureName,
  ClipModel,
  findArchitecture,
  isHubReference,
  type Knobs,
  type PairSet,
  parseSettings,
  Tokenizer,
} from '@anagram/core';
import * as z from 'zod';
import { requirePath } from './require-path.ts';

/** Section `model` of the settings. */
export interface ModelSettings {
  /** A name, or an architecture in open_clip's form. @default 'tiny-vit' */
  readonly architecture?: ArchitectureName | Architecture;
  /** Width and height of the pictures in pixels; a model that is loaded has its positions resized. @default the model's own */
  readonly imageSize?: number;
  /** Symbols of the tokenizer that is trained for a new model. @default the architecture's, else 2048 */
  readonly vocabSize?: number;
  /** Where it computes: `cpu`, `cuda:0`, … @default 'cpu' */
  readonly device?: string;
}

export const modelSchema = z.strictObject({
  architecture: z.union([z.string(), z.looseObject({})]).default('tiny-vit'),
  imageSize: z.int().positive().optional(),
  vocabSize: z.int().min(514).optional(),
  device: z.string().default('cpu'),
});

type Settings = Readonly<Record<string, unknown>>;

/** @throws AnagramError `invalid-options` */
export function deviceOf(settings: Settings): string {
  return parseSettings('model', modelSchema, settings).device;
}

/**
 * @param model A folder, or `hf:owner/name`.
 * @throws AnagramError `invalid-options`, `model-mismatch`, `checkpoint-corrupt`, `download-failed`
 */
export async function loadModel(model: string, settings: Settings, knobs: Knobs): Promise<ClipModel> {
  requireModel(model);
  const { imageSize, device } = parseSettings('model', modelSchema, settings);
  return ClipModel.load(model, { device, ...(imageSize !== undefined && { imageSize }), ...knobs });
}

/** For commands that have work to do before they load it. */
export function requireModel(model: string, where = '--model'): void {
  if (!isHubReference(model)) requirePath(where, model, 'the folder of a model, e.g. ./runs/a/model, or hf:owner/name');
}

/**
 * A fresh model with a tokenizer trained on the sets' texts; the same sets, settings and seed give the same model.
 * @throws AnagramError `invalid-options`
 */
export async function createModel(sets: readonly PairSet[], settings: Settings, seed: number): Promise<ClipModel> {
  const { architecture: wanted, imageSize, vocabSize, device } = parseSettings('model', modelSchema, settings);
  const architecture = findArchitecture(wanted as ArchitectureName | Architecture, imageSize);
  const texts: string[] = [];
  for (const set of sets) for await (const text of set.texts()) texts.push(text);
  const tokenizer = Tokenizer.train(texts, { vocabSize: vocabSize ?? architecture.text_cfg.vocab_size ?? 2048 });
  return ClipModel.create({ architecture, tokenizer, seed, device });
}
