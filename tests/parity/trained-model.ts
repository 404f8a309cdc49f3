import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Architecture,
  type ArchitectureName,
  ClipModel,
  encodePng,
  findArchitecture,
  type PairSet,
  SentencePiece,
  Tokenizer,
  train,
} from '../../packages/core/src/index.ts';
import { tinyPairs } from '../../packages/core/src/testing/index.ts';

const sentencePiece = join(import.meta.dirname, '../../packages/core/test/fixtures/spiece.model');

export const smallViT: Architecture = {
  embed_dim: 48,
  quick_gelu: true,
  vision_cfg: { image_size: 32, layers: 2, width: 64, head_width: 16, patch_size: 8 },
  text_cfg: { context_length: 24, width: 64, heads: 4, layers: 2 },
};

export const smallSiglip: Architecture = {
  family: 'siglip',
  embed_dim: 64,
  vision_cfg: { image_size: 32, layers: 2, width: 64, head_width: 16, patch_size: 8 },
  text_cfg: { context_length: 24, width: 64, heads: 4, layers: 2 },
};

/** The smallest image tower that timm, and so open_clip, has of SigLIP's. */
export const openClipSiglip: Architecture = {
  family: 'siglip',
  embed_dim: 768,
  vision_cfg: { image_size: 256, layers: 12, width: 768, patch_size: 32 },
  text_cfg: { context_length: 24, width: 64, heads: 4, layers: 2 },
};

/** A model with a small vocabulary, trained by Anagram for a few steps. */
export async function trainSmall(dir: string, architecture: Architecture | ArchitectureName, steps = 40) {
  const pairs = tinyPairs({ count: 48, seed: 3 });
  const { family = 'clip' } = findArchitecture(architecture);
  const tokenizer =
    family === 'siglip'
      ? new SentencePiece(await readFile(sentencePiece))
      : Tokenizer.train(pairs.texts() as Iterable<string>, { vocabSize: 560 });
  const model = await ClipModel.create({ architecture, tokenizer, seed: 2 });
  await train({ model, pairs, dir, steps, batchSize: 24, seed: 1, ...(family === 'siglip' && { objective: family }) });
  return { model, pairs };
}

/** The pictures of some pairs as PNG files, `size` pixels wide and high, and their texts. */
export async function writePairs(pairs: PairSet, dir: string, size: number, count: number) {
  await mkdir(dir, { recursive: true });
  const drawn = await Promise.all(Array.from({ length: count }, (_, index) => pairs.pair(index, size)));
  const files = await Promise.all(
    drawn.map(async ({ image }, index) => {
      const path = join(dir, `${index}.png`);
      await writeFile(path, await encodePng(image));
      return path;
    }),
  );
  return { files, texts: drawn.map(({ text }) => text) };
}
