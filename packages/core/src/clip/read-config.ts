import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { readSmallFile } from '../small-file.ts';
import { type Architecture, architectureSchema, findArchitecture } from './architecture.ts';
import type { ClipConfig, Layout } from './clip-config.ts';
import { fromOpenClipSiglip, openClipSiglipSchema } from './open-clip-siglip.ts';
import {
  anagramPreprocessSchema,
  fromOpenClip,
  openClipPreprocessSchema,
  preprocessorSchema,
} from './preprocess-config.ts';
import { fromSiglipConfig, siglipSchema } from './siglip-config.ts';
import { fromTransformersConfig, transformersSchema, whyPooledElsewhere } from './transformers-config.ts';

/** Bytes of the largest config that is read; real ones have about 5 kB, and JSON takes many times its size in memory. */
const largestConfig = 2 ** 18;
const longestReason = 400;

/** open_clip's file, and ours: the same, but for what only ours know. */
const model_cfg = z.looseObject({ vision_cfg: z.looseObject({ timm_model_name: z.string().optional() }) });
const schemas = {
  open_clip: z.object({ model_cfg, preprocess_cfg: openClipPreprocessSchema }),
  anagram: z.object({ model_cfg, preprocess_cfg: anagramPreprocessSchema }),
};

const storedSchema = z.discriminatedUnion('model_type', [siglipSchema, transformersSchema], {
  error: ({ input }) =>
    `it is ${JSON.stringify((input as { model_type?: unknown } | null)?.model_type)?.slice(0, 64)} instead of "clip" or "siglip"`,
});

export interface StoredConfig {
  readonly config: ClipConfig;
  /** Why the model would read another token as the end of a text than this tokenizer writes; null where it would not. */
  whyMisread(tokenizer: { endToken: number; vocabSize: number }): string | null;
}

/**
 * Reads a layout's config, and for transformers' what the preprocessor says beside it.
 * @param path The config; the preprocessor's file lies in the same folder.
 * @throws AnagramError `model-mismatch`, naming the file.
 */
export async function readConfig(dir: string, path: string, layout: Layout): Promise<StoredConfig> {
  if (layout !== 'transformers') {
    const { model_cfg, preprocess_cfg } = await readJson(path, schemas[layout]);
    const architecture = explained(path, () => readArchitecture(model_cfg));
    const vocabSize = architecture.text_cfg.vocab_size ?? 49408;
    const preprocess = explained(path, () => fromOpenClip(preprocess_cfg, architecture.vision_cfg.image_size));
    return { config: { architecture, vocabSize, preprocess }, whyMisread: () => null };
  }
  const preprocessorPath = join(dir, 'preprocessor_config.json');
  const stored = await readJson(path, storedSchema);
  const preprocessor = existsSync(preprocessorPath)
    ? await readJson(preprocessorPath, preprocessorSchema)
    : preprocessorSchema.parse({});
  if ('family' in stored) {
    const config = explained(path, () =>
      fromSiglipConfig(stored, {
        ...preprocessor,
        image_processor_type: preprocessor.image_processor_type ?? 'SiglipImageProcessor',
      }),
    );
    return { config, whyMisread: () => null };
  }
  const config = explained(path, () => fromTransformersConfig(stored, preprocessor));
  return { config, whyMisread: (tokenizer) => whyPooledElsewhere(stored, tokenizer) };
}

/** A model config as open_clip has it, or with what only ours know. */
function readArchitecture(model: z.infer<typeof model_cfg>): Architecture {
  if (model.vision_cfg.timm_model_name !== undefined) return fromOpenClipSiglip(openClipSiglipSchema.parse(model));
  return findArchitecture(architectureSchema.parse(model));
}

async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  try {
    const bytes = await readSmallFile(path, largestConfig);
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw unfit(path, cause);
  }
}

function explained<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw unfit(path, cause);
  }
}

function unfit(path: string, cause: unknown): AnagramError {
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
  const why = issue ? `${issue.path.join('.')}: ${issue.message}` : (cause as Error).message;
  return new AnagramError(
    'model-mismatch',
    `${path} describes no model that Anagram can build: ${why.slice(0, longestReason)}. Expected a CLIP of two plain towers, or a SigLIP.`,
    { path },
    { cause },
  );
}
