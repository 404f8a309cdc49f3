import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { Tokenizer } from '../../packages/core/src/index.ts';
import { loadTokenizer } from '../../packages/core/src/text/load-tokenizer.ts';
import type { TextTokenizer } from '../../packages/core/src/text/text-tokenizer.ts';
import { record } from './figures.ts';
import { hardTexts } from './hard-texts.ts';
import { reference } from './reference.ts';

interface Encoded {
  transformers: number[][];
  /** Numbers that transformers cuts off. */
  lost: number[];
  open_clip: number[][];
  /** What open_clip reads in place of each text. */
  cleaned: string[];
}

const dir = inject('dir');
const texts = hardTexts();
/** Both libraries take these for the tokens themselves; Anagram spells them, so that no text can end itself. */
const specialOfClip = /<\|(start|end)oftext\|>/i;

function encode(tokenizer: TextTokenizer, text: string, context: number) {
  const { ids, length, lost } = tokenizer.encode(text, context);
  return { ids: Array.from(ids.subarray(0, length)), lost };
}

describe.each([
  {
    kind: '',
    transformers: 'CLIPTokenizer',
    context: 77,
    special: specialOfClip,
    leastUntouched: 100,
    save: (folder: string) => reference.ask<string>('vocabulary.save_tokenizer', { folder }),
  },
  {
    kind: 'vocab.json and merges.txt, ',
    transformers: 'CLIPTokenizer of vocab.json and merges.txt',
    context: 77,
    special: specialOfClip,
    leastUntouched: 100,
    save: (folder: string) => reference.ask<string>('vocabulary.save_vocabulary', { folder }),
  },
  {
    kind: 'SigLIP, ',
    transformers: 'SiglipTokenizer',
    context: 64,
    special: /<(\/s|unk)>/i,
    leastUntouched: 20, // its own cleaning drops punctuation
    // tokenizers, which reads tokenizer.json for open_clip, looks the rules up by grapheme, SentencePiece by the longest match.
    byGrapheme: /\p{No}[\p{M}\u200d]|\p{M}\u200d/u,
    save: (folder: string) => reference.ask<string>('vocabulary.save_sentence_piece', { folder }),
    asJson: (folder: string, sentence_piece: string) =>
      reference.ask<string>('vocabulary.save_unigram', { folder, sentence_piece }),
  },
])('$transformers', ({ kind, context, special, leastUntouched, byGrapheme, save, asJson }) => {
  let [ours, asOpenClip]: TextTokenizer[] = [];
  let theirs: Encoded;

  beforeAll(async () => {
    const folder = await save(join(dir, `${kind}texts`));
    const json = await asJson?.(join(dir, `${kind}texts of open_clip`), folder);
    ours = await loadTokenizer(folder);
    asOpenClip = json === undefined ? ours : await loadTokenizer(json);
    const tokenizers = { transformers: folder, open_clip: json };
    theirs = await reference.ask('texts.encode', { tokenizers, texts, context });
  });

  /** Those whose numbers are others than a library's. */
  const differing = (
    tokenizer: TextTokenizer,
    read: readonly string[],
    expected: readonly (readonly number[])[],
  ): string[] =>
    read.filter(
      (text, at) =>
        !special.test(texts[at]!) &&
        !(tokenizer !== ours && byGrapheme?.test(text)) &&
        JSON.stringify(encode(tokenizer, text, context).ids) !== JSON.stringify(expected[at]),
    );

  test('every hard text has the numbers of transformers, and is cut where it is cut', async () => {
    const others = differing(ours!, texts, theirs.transformers);
    const row = { name: `${kind}${texts.length} texts, as written`, figures: { differing: others.length } };
    expect(await record(dir, { table: 'texts', against: 'transformers', ...row })).toEqual([]);
    expect(others).toEqual([]);
    const plain = texts.flatMap((text, at) => (special.test(text) ? [] : [at]));
    expect(plain.map((at) => encode(ours!, texts[at]!, context).lost)).toEqual(plain.map((at) => theirs.lost[at]));
  });

  test("open_clip's numbers are others only where it has changed the text before", async () => {
    const others = differing(asOpenClip!, theirs.cleaned, theirs.open_clip);
    const row = {
      name: `${kind}${texts.length} texts, as open_clip cleans them`,
      figures: { differing: others.length },
    };
    expect(await record(dir, { table: 'texts', against: 'open_clip', ...row })).toEqual([]);
    expect(others).toEqual([]);
    const untouched = texts.filter(
      (text, at) => text.replace(/\s+/gu, ' ').trim().toLowerCase() === theirs.cleaned[at],
    );
    expect(untouched.length).toBeGreaterThan(leastUntouched);
  });
});

test('what looks like a special token is spelled', async () => {
  const folder = await reference.ask<string>('vocabulary.save_tokenizer', { folder: join(dir, 'special') });
  const tokenizer = await Tokenizer.load(folder);
  const { ids } = encode(tokenizer, 'a <|endoftext|> b', 77);
  expect(ids.filter((id) => id === tokenizer.endToken)).toHaveLength(1);
});
