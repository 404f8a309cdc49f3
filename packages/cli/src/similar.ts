import type { ClipModel, Knobs, SimilarPictures } from '@anagram/core';
import { type Command, Option } from 'commander';
import { type Config, usage } from './config.ts';
import { probability } from './flags.ts';
import { loadModel, requireModel } from './open-model.ts';

/** Of commands that tell duplicates by the embeddings of their pictures. */
export interface SimilarFlags {
  similar?: number;
  similarModel?: string;
}

export function addSimilarOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--similar <cosine>',
        'pairs of one text are duplicates from this cosine of their pictures on, e.g. 0.95; needs --similar-model',
      ).argParser(probability),
    )
    .option('--similar-model <model>', 'embeds the pictures for --similar: a folder, or hf:owner/name');
}

/** What the flags say, over the settings `prepare.similar.model` and `prepare.similar.from`. */
interface Wanted {
  readonly model: string;
  readonly from: number;
}

/**
 * Checked before anything is done. @returns Null where duplicates are not to be told by embeddings.
 * @throws AnagramError `invalid-options`
 */
export function wantedSimilar(flags: SimilarFlags, config: Config): Wanted | null {
  const { model: setModel, from: setFrom } = (config('prepare').similar ?? {}) as Partial<Wanted>;
  const [model, from] = [flags.similarModel ?? setModel, flags.similar ?? setFrom];
  if (model === undefined && from === undefined) return null;
  if (typeof model !== 'string' || from === undefined) {
    throw usage(
      '--similar',
      'Expected --similar COSINE and --similar-model MODEL together, e.g. --similar 0.95 --similar-model ./runs/a/model.',
    );
  }
  requireModel(model, '--similar-model');
  return { model, from };
}

/** Loads the model, whose own picture size is taken. It is the caller's to dispose of. */
export async function openSimilar(
  { model, from }: Wanted,
  config: Config,
  knobs: Knobs,
): Promise<SimilarPictures & { readonly model: ClipModel }> {
  const { device } = config('model');
  return { model: await loadModel(model, { ...(device !== undefined && { device }) }, knobs), from };
}
