import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import golden from '../../test/fixtures/siglip-tokens.json' with { type: 'json' };
import { loadTokenizer } from './load-tokenizer.ts';
import { type Piece, pieceKinds } from './pieces.ts';
import { bytes, float, integer } from './protobuf.ts';
import { SentencePiece } from './sentence-piece.ts';
import { parseSentencePiece, type SentencePieceModel, writeSentencePiece } from './sentence-piece-model.ts';
import { Tokenizer } from './tokenizer.ts';

const file = await readFile(new URL('../../test/fixtures/spiece.model', import.meta.url));
const tokenizer = new SentencePiece(file);
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-sentence-piece-'));
});
afterAll(() => rm(dir, { recursive: true }));

const pieces: Piece[] = [
  { text: '<unk>', score: 0, kind: pieceKinds.unknown },
  { text: '</s>', score: 0, kind: pieceKinds.control },
  ...['▁', 'a', 'b', 'ab', '▁ab', 'é'].map((text, at) => ({ text, score: -at - 1, kind: pieceKinds.normal })),
];
const plain: SentencePieceModel = {
  pieces,
  charsmap: new Uint8Array(),
  addDummyPrefix: true,
  removeExtraWhitespaces: true,
  escapeWhitespaces: true,
  byteFallback: false,
};
const made = (changes: Partial<SentencePieceModel> = {}) =>
  new SentencePiece(writeSentencePiece({ ...plain, ...changes }));
const tokens = (model: SentencePiece, text: string) => {
  const { ids, length } = model.encode(text, 64);
  return Array.from(ids.subarray(0, length), (id) => (id < pieces.length ? pieces[id]!.text : id));
};

test("hard texts become the tokens of transformers' SiglipTokenizer, up to the cut", () => {
  const different = (golden as [string, number[]][]).filter(([text, expected]) => {
    const { ids, length } = tokenizer.encode(text, 24);
    return String(Array.from(ids.subarray(0, length))) !== String(expected);
  });
  expect(golden.length).toBeGreaterThan(300);
  expect(different).toEqual([]);
});

test('a text is tokens, end token, padding, and one that is too long keeps its end token', () => {
  const { ids, length, lost } = tokenizer.encode('a cat', 12);
  expect(lost).toBe(0);
  expect(ids).toHaveLength(12);
  expect(new Set(ids.subarray(length - 1))).toEqual(new Set([tokenizer.endToken]));
  const cut = tokenizer.encode('a cat '.repeat(20), 12);
  expect([cut.lost, cut.length, cut.ids[11]]).toEqual([
    tokenizer.encode('a cat '.repeat(20), 400).length - 12,
    12,
    tokenizer.endToken,
  ]);
  expect(tokenizer.encode('a cat', length).lost).toBe(0);
  expect(tokenizer.encode('a cat', length - 1).lost).toBe(1);
});

test('texts that are read alike have one normal form', () => {
  expect(tokenizer.normalise('A  Photo,\tof a cat!')).toBe('a photo of a cat');
});

test('what looks like a special token is spelled', () => {
  const { ids, length } = tokenizer.encode('a </s> cat', 24);
  expect(ids.indexOf(tokenizer.endToken)).toBe(length - 1);
});

test('tokens come back as text', () => {
  const { ids } = tokenizer.encode('A cat, and... a tree!', 24);
  expect(tokenizer.decode(ids)).toBe('a cat and a tree');
  expect(tokenizer.decode(tokenizer.encode('cat ☃', 24).ids)).toMatch(/^cat +⁇$/);
});

test('the most probable pieces are taken, a run of unknown characters as one', () => {
  expect(tokens(made(), 'ab ba ☃☃b')).toEqual(['▁ab', '▁', 'b', 'a', '▁', '<unk>', 'b', '</s>']);
});

test('unknown characters become bytes where the model has them', () => {
  const all = Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    score: 0,
    kind: pieceKinds.byte,
  }));
  const model = made({ pieces: [...pieces, ...all], byteFallback: true });
  expect(tokens(model, 'a☃')).toEqual(['▁', 'a', ...[0xe2, 0x98, 0x83].map((byte) => pieces.length + byte), '</s>']);
  expect(model.decode(model.encode('a☃', 64).ids)).toBe('a☃');
  expect(() => made({ pieces: [...pieces, ...all.slice(1)], byteFallback: true })).toThrow('lacks some of them');
});

test('pieces of the user are taken whole, unused ones never', () => {
  const user = { text: 'ba', score: 0, kind: pieceKinds.userDefined };
  const unused = { text: 'aa', score: 9, kind: pieceKinds.unused };
  expect(tokens(made({ pieces: [...pieces, user, unused] }), 'aaba')).toEqual(['▁', 'a', 'a', pieces.length, '</s>']);
});

test('saved and loaded, it encodes alike, and transformers knows it by name', async () => {
  await tokenizer.save(dir, { contextLength: 20 });
  expect(await readdir(dir)).toEqual(['spiece.model', 'tokenizer_config.json']);
  const loaded = await loadTokenizer(dir);
  expect(loaded.identity()).toEqual(tokenizer.identity());
  expect(loaded.encode('고양이 and a cat', 20)).toEqual(tokenizer.encode('고양이 and a cat', 20));
  const config = JSON.parse(await readFile(join(dir, 'tokenizer_config.json'), 'utf8'));
  expect(config).toMatchObject({ tokenizer_class: 'SiglipTokenizer', model_max_length: 20, pad_token: '</s>' });
});

test('a unigram tokenizer.json, as open_clip has it, is the same as its spiece.model', async () => {
  const parsed = parseSentencePiece(file);
  const [pieces, charsmap] = [[...parsed.pieces], parsed.charsmap];
  const vocab = pieces.map(({ text, score }) => [text, score]);
  const special = pieces.flatMap(({ text, kind }, id) => (kind === pieceKinds.control ? [{ id, content: text }] : []));
  const rules = { type: 'Precompiled', precompiled_charsmap: Buffer.from(charsmap).toString('base64') };
  const normalizer = { type: 'Sequence', normalizers: [rules, { type: 'Strip' }] };
  const model = { type: 'Unigram', unk_id: 2, byte_fallback: false, vocab };
  const folder = await mkdtemp(join(tmpdir(), 'anagram-unigram-'));
  const path = join(folder, 'tokenizer.json');
  await writeFile(path, JSON.stringify({ added_tokens: special, normalizer, model }));
  const loaded = await loadTokenizer(folder);
  for (const [text] of golden as [string, number[]][]) {
    expect(loaded.encode(text, 24)).toEqual(tokenizer.encode(text, 24));
  }
  for (const [changes, why] of [
    [{ vocab: [['a']] }, 'lacks its text or its score'],
    [{ vocab: [['a', '1']] }, 'expected a finite number'],
    [{ vocab: undefined }, 'no vocab'],
    [{ byte_fallback: 1 }, 'true or false'],
    [{ unk_id: 1 }, 'lacks the end'],
  ] as const) {
    await writeFile(path, JSON.stringify({ added_tokens: special, normalizer, model: { ...model, ...changes } }));
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      code: 'model-mismatch',
      message: expect.stringContaining(why),
      details: { path },
    });
  }
  await rm(folder, { recursive: true });
});

test("SigLIP 2's tokenizer is refused by its name, whatever its size", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'anagram-gemma-'));
  await writeFile(join(folder, 'tokenizer.json'), ' '.repeat(1e7));
  await writeFile(join(folder, 'tokenizer_config.json'), '{"tokenizer_class":"GemmaTokenizerFast"}');
  await expect(loadTokenizer(folder)).rejects.toMatchObject({
    code: 'model-mismatch',
    message: expect.stringContaining('SigLIP 2 has and Anagram does not read'),
  });
  await rm(folder, { recursive: true });
});

test('a folder whose texts are not lowered, or padded otherwise, is refused', async () => {
  await tokenizer.save(dir);
  const path = join(dir, 'tokenizer_config.json');
  for (const [config, name] of [
    [{ do_lower_case: false }, 'do_lower_case'],
    [{ pad_token: '<pad>' }, 'pad_token'],
  ] as const) {
    await writeFile(path, JSON.stringify(config));
    await expect(loadTokenizer(dir)).rejects.toMatchObject({
      message: expect.stringContaining(name),
      details: { path },
    });
  }
  await writeFile(path, JSON.stringify({ pad_token: { content: '</s>', lstrip: true } }));
  expect(await loadTokenizer(dir)).toBeInstanceOf(SentencePiece);
});

test('a BPE saved over it takes its place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'anagram-over-'));
  await tokenizer.save(folder);
  await Tokenizer.train(['a cat'], { vocabSize: 514 }).save(folder);
  expect(await loadTokenizer(folder)).toBeInstanceOf(Tokenizer);
  await rm(folder, { recursive: true });
});

test('a folder without spiece.model has a BPE', async () => {
  const other = await mkdtemp(join(tmpdir(), 'anagram-bpe-'));
  await Tokenizer.train(['a cat'], { vocabSize: 514 }).save(other);
  expect(await loadTokenizer(other)).toBeInstanceOf(Tokenizer);
  await rm(other, { recursive: true });
});

describe('what cannot be', () => {
  const whole = writeSentencePiece(plain);
  const trie = (units: number[], text: string) =>
    Buffer.concat([Buffer.from(Uint32Array.of(4 * units.length, ...units).buffer), Buffer.from(text)]);
  const withPiece = (piece: Buffer) => Buffer.concat([whole, bytes(1, piece)]);
  test.each([
    ['no model at all', Buffer.from('{"model":{}}'), ''],
    ['nothing', Buffer.alloc(0), 'lacks the end'],
    ['a cut file', whole.subarray(0, whole.length - 3), 'ends behind'],
    ['a byte pair model', Buffer.concat([whole, bytes(2, integer(3, 2))]), 'type 2 instead of unigram'],
    [
      'no end token',
      writeSentencePiece({ ...plain, pieces: pieces.filter(({ text }) => text !== '</s>') }),
      'lacks the end',
    ],
    ['a piece twice', withPiece(bytes(1, 'ab')), 'stands in it twice'],
    ['a piece without text', withPiece(float(2, 1)), 'no text'],
    ['a piece that is no UTF-8', withPiece(bytes(1, Buffer.of(0xff))), ''],
    ['a score that is no number', withPiece(Buffer.concat([bytes(1, 'x'), float(2, Number.NaN)])), 'not finite'],
    ['a piece of an unknown kind', withPiece(Buffer.concat([bytes(1, 'x'), integer(3, 9)])), 'unknown kind 9'],
    ['a piece that is a number', Buffer.concat([whole, integer(1, 7)]), 'number where it should have bytes'],
    ['rules longer than the file', writeSentencePiece({ ...plain, charsmap: Buffer.of(255, 255, 0, 0) }), 'trie of'],
    ['a rule without end', writeSentencePiece({ ...plain, charsmap: trie([0], 'x'.repeat(500)) }), 'more than 256'],
  ])('is refused with its path: %s', async (_, content, why) => {
    await writeFile(join(dir, 'spiece.model'), content);
    await expect(loadTokenizer(dir)).rejects.toMatchObject({
      code: 'model-mismatch',
      message: expect.stringContaining(why),
      details: { path: join(dir, 'spiece.model') },
    });
  });

  test('rules that lead out of their trie replace nothing', () => {
    for (const unit of [0xffffffff, 0x7fffffff, 0x161, 0x400]) {
      const model = made({ charsmap: trie([unit, unit, unit], 'x\0') });
      expect(tokens(model, 'ab').at(-1)).toBe('</s>');
    }
  });
});
