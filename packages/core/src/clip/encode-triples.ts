import type { NativeTriples } from '@anagram/native';
import { readTriples } from '../negatives/en/triples.ts';
import type { EncodedText, TextTokenizer } from '../text/text-tokenizer.ts';

/** A text with its tokens. */
export interface TextToRead {
  readonly text: string;
  readonly encoded: EncodedText;
}

/**
 * What the texts of a batch say, for a model that reads triples. A text is read as its tokens have it: in the tokenizer's normal form, and
 * cut where they are, so that texts of the same tokens have the same triples.
 * @param texts null for a row without a text.
 * @param contextLength Most tokens of a phrase.
 */
export function encodeTriples(
  texts: readonly (TextToRead | null)[],
  tokenizer: TextTokenizer,
  contextLength: number,
): NativeTriples {
  const rows: number[] = [];
  const phrases: Int32Array[] = [];
  texts.forEach((entry, row) => {
    if (entry === null) return;
    for (const { head, relation, tail } of readTriples(readable(entry, tokenizer))) {
      const parts = [head, relation, tail].map((phrase) => tokensOf(phrase, tokenizer, contextLength));
      if (parts.some(({ length }) => length === 0)) continue;
      rows.push(row);
      phrases.push(...parts);
    }
  });
  const width = phrases.reduce((most, { length }) => Math.max(most, length), 0);
  const tokens = new Int32Array(phrases.length * width);
  phrases.forEach((phrase, at) => {
    tokens.set(phrase, at * width);
  });
  return { tokens, lengths: Int32Array.from(phrases, ({ length }) => length), texts: Int32Array.from(rows) };
}

function readable({ text, encoded }: TextToRead, tokenizer: TextTokenizer): string {
  if (encoded.lost === 0) return tokenizer.normalise(text);
  return tokenizer.decode(encoded.ids.subarray(0, encoded.length));
}

/** Without start and end token. */
function tokensOf(phrase: string, tokenizer: TextTokenizer, contextLength: number): Int32Array {
  const { ids, length } = tokenizer.encode(phrase, contextLength);
  return ids.subarray(tokenizer.startToken === undefined ? 0 : 1, length - 1);
}
