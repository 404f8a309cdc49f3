import { expect, test } from 'vitest';
import { encodePng } from '../image/encode.ts';
import type { SourceRecord } from '../pair.ts';
import { defineSource } from '../source/define-source.ts';
import { readCorpus } from './corpus.ts';

const picture = (name: string, level = 0) => ({
  name,
  bytes: () => encodePng({ width: 8, height: 8, data: new Uint8Array(192).fill(level) }),
});
const broken = { name: 'c.png', bytes: async () => new Uint8Array(3) };

function read(records: readonly Omit<SourceRecord, 'id'>[]) {
  const source = defineSource({
    name: 'pics',
    settings: null,
    records: () => records.map((record, i) => ({ ...record, id: String(i) })),
  });
  return readCorpus(source, {
    imageSize: 8,
    limit: 10,
    stage: 'read',
    needed: 2,
    what: 'The training of a verifier',
    otherwise: '; or let a captioner',
  });
}

test('gives pairs that can be read, the same once, where there are enough', async () => {
  const pair = { image: picture('a.png'), text: 'a' };
  const others = [{ text: 'lone' }, { image: broken, text: 'c' }];
  const pairs = await read([pair, pair, ...others, { image: picture('b.png', 9), text: 'b' }]);
  expect(pairs.map(({ id, text }) => [id, text])).toEqual([
    ['0', 'a'],
    ['4', 'b'],
  ]);
});

test.each<[string, readonly Omit<SourceRecord, 'id'>[], string, string]>([
  [
    'pictures alone',
    [{ image: picture('a.png') }, { image: picture('b.png'), text: ' ' }],
    'None of the 2 pictures of pics has a text.',
    'Put a text beside each (a.txt for a.jpg), or name the columns of a table (--image-column, --caption-column); or let a captioner',
  ],
  ['texts alone', [{ text: 'a' }], 'None of the 1 texts of pics has a picture.', 'Put a picture beside each'],
  [
    'pictures and texts of other names',
    [{ image: picture('a.png') }, { text: 'b' }, { text: 'c' }],
    'None of the 1 pictures of pics has one of its 2 texts.',
    'Give a text the name of its picture',
  ],
  ['rows of other columns', [{}, {}, {}], 'None of the 3 records of pics has a picture or a text.', '--image-column'],
  [
    'paths that lead nowhere',
    [{ image: broken, text: 'c' }, { text: 'd' }],
    'None of the 1 pictures with a text of pics can be read.',
    'paths in a table start at its folder',
  ],
  [
    'URLs that were not fetched',
    [
      { text: 'a', problem: 'http://a/1.png was not fetched: refused' },
      { text: 'b', problem: 'another' },
    ],
    'pics has no pair, and 2 records that cannot be used; of the first: http://a/1.png was not fetched: refused.',
    'See to what they say.',
  ],
  ['nothing', [], 'pics holds no records.', 'Give a source of pictures with texts.'],
  [
    'too few pairs',
    [{ image: picture('a.png'), text: 'a' }, { image: broken, text: 'c' }, { text: 'd' }, { image: picture('e.png') }],
    'pics has 1 readable pairs (beside 1 whose pictures cannot be read, 1 pictures without a text, 1 texts without a picture).',
    'Give it more pairs.',
  ],
])('says of %s what they lack', async (_, records, lack, remedy) => {
  const error = await read(records).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: 'not-enough-data', details: { needed: 2 } });
  const { message } = error as Error;
  expect(message.startsWith(`${lack} The training of a verifier needs at least 2 pairs`)).toBe(true);
  expect(message).toContain(remedy);
});
