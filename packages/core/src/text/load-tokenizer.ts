import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { readSmallFile } from '../small-file.ts';
import { SentencePiece } from './sentence-piece.ts';
import { largestSentencePiece } from './sentence-piece-model.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { Tokenizer } from './tokenizer.ts';
import { largestTokenizer } from './tokenizer-json.ts';
import { parseUnigramJson } from './unigram-json.ts';
import { usableTokenizer } from './usable-tokenizer.ts';

const expected = "a unigram model of SentencePiece, as SigLIP's is";

/** Bytes of the largest `tokenizer_config.json` that is read. */
const largestConfig = 2 ** 18;

/** What would make other tokens of a text than SigLIP's do. */
const configSchema = z.object({
  do_lower_case: z.literal(true).optional(),
  pad_token: z.union([z.literal('</s>'), z.object({ content: z.literal('</s>') })]).optional(),
});

/**
 * The tokenizer of a model folder: SentencePiece where it has a `spiece.model` or a unigram `tokenizer.json`, byte-level BPE
 * in CLIP's manner else.
 * @throws AnagramError `model-mismatch` where there is none that can be read.
 */
export async function loadTokenizer(dir: string): Promise<TextTokenizer> {
  const path = join(dir, 'tokenizer_config.json');
  await refuseGemma(path);
  const sentencePiece = (await fromSentencePiece(dir)) ?? (await fromUnigramJson(dir));
  if (!sentencePiece) return Tokenizer.load(dir);
  if (existsSync(path)) await usableTokenizer(path, expected, async () => configSchema.parse(await readConfig(path)));
  return sentencePiece;
}

async function readConfig(path: string): Promise<unknown> {
  return JSON.parse(`${await readSmallFile(path, largestConfig)}`);
}

/** SigLIP 2 has the towers of SigLIP and another tokenizer, in files far larger than any that is read. */
async function refuseGemma(path: string): Promise<void> {
  const config = await readConfig(path).catch(() => null);
  const { data } = z.object({ tokenizer_class: z.string().regex(/^(Gemma|Siglip2)/) }).safeParse(config);
  if (!data) return;
  throw new AnagramError(
    'model-mismatch',
    `${path} names the tokenizer ${data.tokenizer_class.slice(0, 64)}, Gemma's, which SigLIP 2 has and Anagram does not read. Expected CLIP's byte pairs or the SentencePiece of the first SigLIP. Choose such a model, e.g. google/siglip-base-patch16-224.`,
    { path },
  );
}

async function fromSentencePiece(dir: string): Promise<SentencePiece | null> {
  const path = join(dir, 'spiece.model');
  if (!existsSync(path)) return null;
  return usableTokenizer(
    path,
    expected,
    async () => new SentencePiece(await readSmallFile(path, largestSentencePiece)),
  );
}

async function fromUnigramJson(dir: string): Promise<SentencePiece | null> {
  const path = join(dir, 'tokenizer.json');
  const bytes = await readSmallFile(path, largestTokenizer).catch(() => null);
  if (!bytes?.includes('"Unigram"')) return null;
  return usableTokenizer(path, expected, async () => {
    const model = parseUnigramJson(bytes);
    return model && new SentencePiece(model);
  });
}
