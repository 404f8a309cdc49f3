import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { Tokenizer } from '../../packages/core/src/index.ts';
import { record } from './figures.ts';
import { hardTexts } from './hard-texts.ts';
import { Reference } from './reference.ts';

interface Encoded {
  transformers: number[][];
  /** Numbers that transformers cuts off. */
  lost: number[];
  open_clip: number[][];
  /** What open_clip reads in place of each text. */
  cleaned: string[];
}

const context = 77;
const dir = inject('dir');
const texts = hardTexts();
/** Both libraries take these for the tokens themselves; Anagram spells them, so that no text can end itself. */
const special = /<\|(start|end)oftext\|>/i;
let tokenizer: Tokenizer;
let theirs: Encoded;

beforeAll(async () => {
  await using reference = new Reference(inject('python'));
  const folder = await reference.ask<string>('vocabulary.save_tokenizer', { folder: join(dir, 'tokenizer-of-texts') });
  tokenizer = await Tokenizer.load(folder);
  theirs = await reference.ask('texts.encode', { tokenizer: folder, texts, context });
});

function encode(text: string) {
  const { ids, length, lost } = tokenizer.encode(text, context);
  return { ids: Array.from(ids.subarray(0, length)), lost };
}

/** Those whose numbers are others than a library's. */
function differing(read: readonly string[], expected: readonly (readonly number[])[]): string[] {
  return read.filter(
    (text, at) => !special.test(texts[at]!) && JSON.stringify(encode(text).ids) !== JSON.stringify(expected[at]),
  );
}

test("every hard text has the numbers of transformers' CLIPTokenizer, and is cut where it is cut", async () => {
  const others = differing(texts, theirs.transformers);
  const figures = { differing: others.length };
  expect(
    await record(dir, { table: 'texts', name: `${texts.length} texts, as written`, against: 'transformers', figures }),
  ).toEqual([]);
  expect(others).toEqual([]);
  const plain = texts.flatMap((text, at) => (special.test(text) ? [] : [at]));
  expect(plain.map((at) => encode(texts[at]!).lost)).toEqual(plain.map((at) => theirs.lost[at]));
});

test("open_clip's numbers are others only where ftfy and html.unescape have changed the text before", async () => {
  const others = differing(theirs.cleaned, theirs.open_clip);
  const figures = { differing: others.length };
  expect(
    await record(dir, {
      table: 'texts',
      name: `${texts.length} texts, as open_clip cleans them`,
      against: 'open_clip',
      figures,
    }),
  ).toEqual([]);
  expect(others).toEqual([]);
  const untouched = texts.filter((text, at) => text.replace(/\s+/gu, ' ').trim().toLowerCase() === theirs.cleaned[at]);
  expect(untouched.length).toBeGreaterThan(100);
});

test('what looks like a special token is spelled', () => {
  const ids = encode('a <|endoftext|> b').ids;
  expect(ids.filter((id) => id === tokenizer.endToken)).toHaveLength(1);
});
