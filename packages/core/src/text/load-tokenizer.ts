import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { readSmallFile } from '../small-file.ts';
import { SentencePiece } from './sentence-piece.ts';
import { largestSentencePiece } from './sentence-piece-model.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { Tokenizer } from './tokenizer.ts';

/**
 * The tokenizer of a model folder: SentencePiece where it has a `spiece.model`, byte-level BPE in CLIP's manner else.
 * @throws AnagramError `model-mismatch` where there is none that can be read.
 */
export async function loadTokenizer(dir: string): Promise<TextTokenizer> {
  const path = join(dir, 'spiece.model');
  if (!existsSync(path)) return Tokenizer.load(dir);
  try {
    return new SentencePiece(await readSmallFile(path, largestSentencePiece));
  } catch (cause) {
    const why = (cause as Error).message.slice(0, 400);
    throw new AnagramError(
      'model-mismatch',
      `${path} cannot be used as a tokenizer: ${why}. Expected a unigram model of SentencePiece, as SigLIP's is.`,
      { path },
      { cause },
    );
  }
}
