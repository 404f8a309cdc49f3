import { expect, test } from 'vitest';
import { Tokenizer } from '../text/tokenizer.ts';
import { encodeTriples } from './encode-triples.ts';

const caption = 'a red cat sitting on a blue car';
const tokenizer = Tokenizer.train([caption, caption], { vocabSize: 560 });

/** Triples as phrases, with their rows. */
function read(texts: readonly (string | null)[], contextLength = 40): string[] {
  const entries = texts.map((text) => text && { text, encoded: tokenizer.encode(text, contextLength) });
  const {
    tokens,
    lengths,
    texts: rows,
  } = encodeTriples(
    entries.map((entry) => entry || null),
    tokenizer,
    contextLength,
  );
  const width = tokens.length / lengths.length;
  const phrases = Array.from(lengths, (length, at) => {
    const phrase = tokens.subarray(at * width, at * width + length);
    expect(phrase).not.toContain(tokenizer.startToken);
    expect(phrase).not.toContain(tokenizer.endToken);
    return tokenizer.decode(phrase).trim();
  });
  return Array.from(rows, (row, k) => `${row}: ${phrases.slice(3 * k, 3 * k + 3).join(' | ')}`);
}

test('each text has its triples under its own row, and a row without a text has none', () => {
  expect(read([caption, null, 'a cat', 'a blue cat'])).toEqual([
    '0: cat | sitting on | car',
    '0: cat | is | red',
    '0: car | is | blue',
    '3: cat | is | blue',
  ]);
});

test('texts of the same tokens have the same triples, however they are written', () => {
  expect(read(['A RED  cat SITTING on a blue Car'])).toEqual(read([caption]));
});

test('a text that is cut is read as far as its tokens go', () => {
  const length = tokenizer.encode('a red cat', 40).length;
  expect(read([caption], length)).toEqual(['0: cat | is | red']);
});

test('without any triple there are empty columns', () => {
  const encoded = tokenizer.encode('a cat', 40);
  const none = encodeTriples([{ text: 'a cat', encoded }], tokenizer, 40);
  expect(none).toEqual({ tokens: new Int32Array(), lengths: new Int32Array(), texts: new Int32Array() });
});
