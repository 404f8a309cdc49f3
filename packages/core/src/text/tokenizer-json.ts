import { JsonReader } from '../json-reader.ts';
import { type Bpe, endOfText, endOfWord, largestVocabulary, preTokenPattern, startOfText } from './bpe.ts';

/** Bytes of the largest `tokenizer.json` that is read; CLIP's own has 2 MB. */
export const largestTokenizer = 2 ** 23;

/**
 * Reads the part of `tokenizer.json` that says what the tokens are; the rest is fixed for CLIP.
 * @throws Error with one sentence where the text is no CLIP tokenizer.
 */
export function parseTokenizerJson(text: Buffer): Bpe {
  const json = new JsonReader(text);
  const vocabulary = new Map<string, number>();
  const added = new Map<string, number>();
  let merges: Bpe['merges'] | undefined;
  json.object((field) => {
    if (field === 'model') merges = readModel(json, vocabulary);
    else if (field === 'added_tokens') json.array(() => readAddedToken(json, added));
    else json.skip();
  });
  json.end();
  if (!merges) throw new Error('it has no model.');
  for (const [symbol, id] of added) vocabulary.set(symbol, id);
  return { vocabulary, merges };
}

/** @returns the merges; symbols go to the vocabulary. */
function readModel(json: JsonReader, vocabulary: Map<string, number>): Bpe['merges'] {
  const merges: (readonly [string, string])[] = [];
  const missing = new Set(['type', 'end_of_word_suffix', 'vocab', 'merges']);
  json.object((field) => {
    missing.delete(field);
    if (field === 'type') expectString(json, 'model.type', 'BPE');
    else if (field === 'end_of_word_suffix') expectString(json, 'model.end_of_word_suffix', endOfWord);
    else if (field === 'vocab') json.object((symbol) => addSymbol(json, vocabulary, symbol, json.integer()));
    else if (field === 'merges') {
      json.array((index) => {
        if (index === largestVocabulary) json.fail(`it has more than ${largestVocabulary} merges`);
        merges.push(json.isArray() ? readMerge(json) : splitMerge(json.string()));
      });
    } else json.skip();
  });
  for (const field of missing) throw new Error(`its model has no ${field}.`);
  return merges;
}

function readAddedToken(json: JsonReader, added: Map<string, number>): void {
  let id: number | undefined;
  let content: string | undefined;
  json.object((field) => {
    if (field === 'id') id = json.integer();
    else if (field === 'content') content = json.string();
    else json.skip();
  });
  if (id === undefined || content === undefined) throw new Error('an added token lacks its id or its content');
  addSymbol(json, added, content, id);
}

export function addSymbol(json: JsonReader, symbols: Map<string, number>, symbol: string, id: number): void {
  if (symbols.size === largestVocabulary) json.fail(`it has more than ${largestVocabulary} symbols`);
  symbols.set(symbol, id);
}

function expectString(json: JsonReader, field: string, expected: string): void {
  const value = json.string();
  if (value !== expected) json.fail(`${field} is ${JSON.stringify(value.slice(0, 64))} instead of "${expected}"`);
}

function readMerge(json: JsonReader): [string, string] {
  let left: string | undefined;
  let right: string | undefined;
  json.array((index) => {
    if (index === 0) left = json.string();
    else if (index === 1) right = json.string();
    else json.fail('a merge has more than two symbols');
  });
  if (left === undefined || right === undefined) return json.fail('a merge has fewer than two symbols');
  return [left, right];
}

/** Old files write a merge as `left right`; no symbol has a blank in it. */
export function splitMerge(merge: string): [string, string] {
  const [left, right, ...rest] = merge.split(' ');
  if (!left || !right || rest.length > 0)
    throw new Error(`The merge ${JSON.stringify(merge.slice(0, 64))} is not two symbols.`);
  return [left, right];
}

/** What transformers' CLIPTokenizerFast writes, with this vocabulary. */
export function tokenizerJson({ vocabulary, merges }: Bpe): string {
  const start = vocabulary.get(startOfText)!;
  const end = vocabulary.get(endOfText)!;
  const special = (id: number, content: string) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(start, startOfText), special(end, endOfText)].sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: preTokenPattern.source.replace('\\p{White_Space}', '\\s') },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [endOfText, end],
      cls: [startOfText, start],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: endOfText,
      continuing_subword_prefix: '',
      end_of_word_suffix: endOfWord,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...vocabulary].sort((a, b) => a[1] - b[1])),
      merges: merges.map(([left, right]) => [left, right]),
    },
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}
