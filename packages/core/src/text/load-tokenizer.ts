import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import { readSmallFile } from '../small-file.ts';
import { SentencePiece } from './sentence-piece.ts';
import { largestSentencePiece } from './sentence-piece-model.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { Tokenizer } from './tokenizer.ts';
import { largestTokenizer } from './tokenizer-json.ts';
import { parseUnigramJson } from './unigram-json.ts';

/**
 * The tokenizer of a model folder: SentencePiece where it has a `spiece.model` or a unigram `tokenizer.json`, byte-level BPE
 * in CLIP's manner else.
 * @throws AnagramError `model-mismatch` where there is none that can be read.
 */
export async function loadTokenizer(dir: string): Promise<TextTokenizer> {
  const file = join(dir, 'spiece.model');
  if (existsSync(file)) {
    return explained(file, async () => new SentencePiece(await readSmallFile(file, largestSentencePiece)));
  }
  const path = join(dir, 'tokenizer.json');
  const unigram = await explained(path, async () => {
    const bytes = await readSmallFile(path, largestTokenizer).catch(() => null);
    const model = bytes?.includes('"Unigram"') ? parseUnigramJson(bytes) : null;
    return model ? new SentencePiece(model) : null;
  });
  return unigram ?? Tokenizer.load(dir);
}

async function explained<T>(path: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
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
