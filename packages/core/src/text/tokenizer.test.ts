import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import hardTexts from '../../test/fixtures/hard-texts.json' with { type: 'json' };
import { Random } from '../random.ts';
import { byteCharacters, smallestVocabulary, trainBpe } from './bpe.ts';
import { normaliseText } from './normalise.ts';
import { Tokenizer } from './tokenizer.ts';

const corpus = [
  'a red cat and a blue dog',
  'a blue cat and a red dog',
  'a tree in a shopping cart',
  '나무가 쇼핑 카트에 있다',
  '쇼핑 카트가 나무에 있다',
  '👩‍👩‍👧 a family 🌳',
];
let dir: string;
let tokenizer: Tokenizer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-tokenizer-'));
  tokenizer = Tokenizer.train(corpus, { vocabSize: 600 });
});
afterAll(() => rm(dir, { recursive: true }));

const tokens = ({ ids, length }: { ids: Int32Array; length: number }) => Array.from(ids.subarray(0, length));

test('a text is start, tokens, end, zeros', () => {
  const { ids, length, lost } = tokenizer.encode('a', 8);
  expect(lost).toBe(0);
  expect(length).toBe(3);
  expect(ids[0]).toBe(tokenizer.startToken);
  expect(ids[2]).toBe(tokenizer.endToken);
  expect(Array.from(ids.subarray(3))).toEqual([0, 0, 0, 0, 0]);
});

test('an empty text is start and end', () => {
  expect(tokens(tokenizer.encode('  \n ', 8))).toEqual([tokenizer.startToken, tokenizer.endToken]);
});

test('a text that is too long keeps its end token', () => {
  const { ids, length, lost } = tokenizer.encode('xyz '.repeat(20), 8);
  expect(lost).toBe(tokenizer.encode('xyz '.repeat(20), 400).length - 8);
  expect(length).toBe(8);
  expect(ids[7]).toBe(tokenizer.endToken);
});

test('a text that just fits is not cut', () => {
  const { length } = tokenizer.encode('xyz', 32);
  expect(tokenizer.encode('xyz', length).lost).toBe(0);
  expect(tokenizer.encode('xyz', length - 1).lost).toBe(1);
});

test.each(hardTexts)("is taken apart as by transformers' CLIPTokenizer: %j", ({ text, ids }) => {
  const bytes = Tokenizer.train([], { vocabSize: smallestVocabulary });
  expect(tokens(bytes.encode(text, 400)).slice(1, -1)).toEqual(ids);
});

test('case, white space and composition do not matter', () => {
  expect(tokens(tokenizer.encode(' A  RED\tcaf\u0065\u0301 ', 32))).toEqual(tokens(tokenizer.encode('a red café', 32)));
});

test('what looks like a special token is spelled out', () => {
  expect(tokens(tokenizer.encode('a <|endoftext|> b', 64)).filter((id) => id === tokenizer.endToken)).toHaveLength(1);
});

test('any text comes back as its pre-tokens', () => {
  const random = new Random('round trip');
  const alphabet = [
    'a',
    'B',
    'é',
    '한',
    '글',
    '1',
    '2',
    '!',
    "'",
    's',
    ' ',
    '\n',
    '👩‍👩‍👧',
    '🇰🇷',
    '\u0000',
    '<',
    '|',
    'ß',
  ];
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: random.below(30) }, () => random.pick(alphabet)).join('');
    const { ids, length } = tokenizer.encode(text, 400);
    const withoutBlanks = (value: string) => value.replaceAll(/\s/gu, '');
    expect(withoutBlanks(tokenizer.decode(ids.subarray(0, length)))).toBe(withoutBlanks(normaliseText(text)));
  }
});

test('Korean and emoji words of the corpus become few tokens', () => {
  expect(tokenizer.encode('쇼핑', 32).length).toBeLessThan(2 + 6);
  expect(
    tokenizer.decode(
      tokenizer
        .encode('나무가 🌳', 64)
        .ids.subarray(0, 20)
        .filter((id) => id > 0),
    ),
  ).toBe('나무가 🌳');
});

test('a word of a million letters is encoded without delay and cut', () => {
  expect(tokenizer.encode('ab'.repeat(500_000), 77).lost).toBeGreaterThan(1000);
});

test('saved and loaded, it encodes alike and is written alike', async () => {
  await tokenizer.save(dir);
  const loaded = await Tokenizer.load(dir);
  expect(loaded.toJson()).toBe(tokenizer.toJson());
  for (const text of corpus) expect(loaded.encode(text, 77)).toEqual(tokenizer.encode(text, 77));
});

test("CLIP's own order of bytes and its merges as strings are read", async () => {
  const bytes = byteCharacters.toSorted();
  const names = [...bytes, ...bytes.map((b) => `${b}</w>`), 'ca', 'cat</w>', '<|startoftext|>', '<|endoftext|>'];
  const vocab = Object.fromEntries(names.map((name, id) => [name, id]));
  const model = { type: 'BPE', end_of_word_suffix: '</w>', vocab, merges: ['c a', 'ca t</w>'] };
  await writeFile(join(dir, 'tokenizer.json'), JSON.stringify({ version: '1.0', model }));
  const loaded = await Tokenizer.load(dir);
  expect(tokens(loaded.encode('Cat', 8))).toEqual([514, 513, 515]);
});

/** Files of a folder without `tokenizer.json`. */
async function writeVocabulary(name: string, vocab: string, merges: string): Promise<string> {
  const folder = join(dir, name);
  await mkdir(folder);
  await writeFile(join(folder, 'vocab.json'), vocab);
  await writeFile(join(folder, 'merges.txt'), merges);
  return folder;
}

test.each([
  ['a newline at the end', '\n', '\n'],
  ['lines of Windows', '\r\n', '\r\n'],
  ['no newline at the end', '\n', ''],
])('vocab.json and merges.txt alone are the same tokenizer: %s', async (name, newline, end) => {
  const { vocabulary, merges } = trainBpe(corpus, { vocabSize: 600 });
  const lines = ['#version: 0.2', ...merges.map((merge) => merge.join(' '))];
  const vocab = JSON.stringify(Object.fromEntries(vocabulary));
  const loaded = await Tokenizer.load(await writeVocabulary(name, vocab, lines.join(newline) + end));
  expect(loaded.identity()).toBe(tokenizer.identity());
});

test.each([
  ['a merge of one symbol', 'merges.txt', '{}', 'a b\nc\n'],
  ['an empty line', 'merges.txt', '{}', 'a b\n\nc d\n'],
  ['more merges than there may be', 'merges.txt', '{}', 'a b\n'.repeat(2 ** 16 + 1)],
  ['no JSON', 'vocab.json', '{', ''],
  ['bytes missing', 'vocab.json', '{"a":0}', ''],
])('%s in %s is refused with its path', async (name, file, vocab, merges) => {
  const folder = await writeVocabulary(name, vocab, merges);
  await expect(Tokenizer.load(folder)).rejects.toMatchObject({
    code: 'model-mismatch',
    details: { path: join(folder, file) },
  });
});

test('two symbols of one number are refused', () => {
  const { vocabulary, merges } = trainBpe(corpus, { vocabSize: 600 });
  expect(() => new Tokenizer({ vocabulary: new Map([...vocabulary, ['a', 1]]), merges })).toThrow('not numbered');
});

test.each([
  ['no JSON', '{'],
  ['another kind of model', JSON.stringify({ model: { type: 'WordPiece', vocab: {}, merges: [] } })],
  [
    'bytes are missing',
    JSON.stringify({ model: { type: 'BPE', end_of_word_suffix: '</w>', vocab: { a: 0 }, merges: [] } }),
  ],
  [
    'a hole in the numbers',
    JSON.stringify({ model: { type: 'BPE', end_of_word_suffix: '</w>', vocab: { a: 7 }, merges: [] } }),
  ],
  ['a symbol twice', '{"model":{"type":"BPE","end_of_word_suffix":"</w>","merges":[],"vocab":{"a":0,"\\u0061":1}}}'],
  ['no merges', '{"model":{"type":"BPE","end_of_word_suffix":"</w>","vocab":{"a":0}}}'],
  ['a merge of three', '{"model":{"type":"BPE","end_of_word_suffix":"</w>","vocab":{},"merges":[["a","b","c"]]}}'],
])('a tokenizer.json with %s is refused with its path', async (_, text) => {
  await writeFile(join(dir, 'tokenizer.json'), text);
  await expect(Tokenizer.load(dir)).rejects.toMatchObject({
    code: 'model-mismatch',
    details: { path: join(dir, 'tokenizer.json') },
  });
});
