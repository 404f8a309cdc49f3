import { JsonReader } from '../json-reader.ts';
import { type Bpe, largestVocabulary } from './bpe.ts';
import { addSymbol, splitMerge } from './tokenizer-json.ts';

/** Bytes of the largest `vocab.json`, and of the largest `merges.txt`, that are read; CLIP's own have 0.9 and 0.5 MB. */
export const largestVocabularyFile = 2 ** 22;

/**
 * `vocab.json`, symbol → number: older repositories have it, with `merges.txt`, in place of `tokenizer.json`.
 * @throws Error with one sentence, without the path.
 */
export function parseVocabulary(file: Buffer): Map<string, number> {
  const json = new JsonReader(file);
  const vocabulary = new Map<string, number>();
  json.object((symbol) => addSymbol(json, vocabulary, symbol, json.integer()));
  json.end();
  return vocabulary;
}

/**
 * `merges.txt`: `left right` a line, first things first. A line that begins with `#version` says nothing, as for Hugging Face's tokenizers.
 * @throws Error with one sentence, without the path.
 */
export function parseMerges(file: Buffer): Bpe['merges'] {
  const merges: (readonly [string, string])[] = [];
  for (let at = 0; at < file.length; ) {
    const found = file.indexOf(0x0a, at);
    const end = found === -1 ? file.length : found;
    const line = file.toString('utf8', at, end).replace(/\r$/, '');
    at = end + 1;
    if (line.startsWith('#version')) continue;
    if (merges.length === largestVocabulary) throw new RangeError(`it has more than ${largestVocabulary} merges.`);
    merges.push(splitMerge(line));
  }
  return merges;
}
