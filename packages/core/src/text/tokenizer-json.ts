import * as z from 'zod';
import { type Bpe, endOfText, endOfWord, preTokenPattern, startOfText } from './bpe.ts';

/** The part of `tokenizer.json` that says what the tokens are; the rest is fixed for CLIP. */
const fileSchema = z.object({
  model: z.object({
    type: z.literal('BPE'),
    end_of_word_suffix: z.literal(endOfWord),
    vocab: z.record(z.string(), z.int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
  added_tokens: z.array(z.object({ id: z.int().nonnegative(), content: z.string() })).default([]),
});

/** @throws Error with one sentence where the text is no CLIP tokenizer. */
export function parseTokenizerJson(text: string): Bpe {
  const result = fileSchema.safeParse(JSON.parse(text));
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new Error(`${issue.path.join('.')}: ${issue.message}.`);
  }
  const { model, added_tokens } = result.data;
  const vocabulary = new Map(Object.entries(model.vocab));
  for (const { id, content } of added_tokens) vocabulary.set(content, id);
  return {
    vocabulary,
    merges: model.merges.map((merge) => (typeof merge === 'string' ? splitMerge(merge) : merge)),
  };
}

/** Old files write a merge as `left right`; no symbol has a blank in it. */
function splitMerge(merge: string): [string, string] {
  const [left, right, ...rest] = merge.split(' ');
  if (!left || !right || rest.length > 0) throw new Error(`The merge ${JSON.stringify(merge)} is not two symbols.`);
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
        { type: 'Split', pattern: { Regex: preTokenPattern.source }, behavior: 'Removed', invert: true },
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
