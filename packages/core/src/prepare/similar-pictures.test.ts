import { expect, test } from 'vitest';
import type { Duplicate } from '../pair.ts';
import type { IngestedRecord } from './records.ts';
import { pairsOfOneText, withFound } from './similar-pictures.ts';

function record(id: string, text: string | null, picture: string | null): IngestedRecord {
  const hash = picture && `p${picture}`;
  return {
    ...{ id, text, hasImage: picture !== null, problem: null, bytesHash: hash, pixelHash: hash },
    ...{ perceptualHash: null, width: null, height: null },
  };
}

test('only pairs whose text another pair has are compared, without regard to case and spacing', () => {
  const records = [
    record('a', 'a red cat', '1'),
    record('b', 'a dog', '2'),
    record('c', ' A red  cat', '3'),
    record('lone picture', null, '4'),
    record('lone text', 'a dog', null),
    record('d', 'a red cat', '1'),
  ];
  const duplicates = new Map<string, Duplicate>([['d', { duplicateOf: 'a', kind: 'bytes', distance: 0 }]]);
  const groups = pairsOfOneText(records, duplicates).map((group) => group.map(({ id }) => id));
  expect(groups).toEqual([['a', 'c']]);
});

test('every duplicate points at a record that stays', () => {
  const near: Duplicate = { duplicateOf: 'b', kind: 'near', distance: 2 };
  const text: Duplicate = { duplicateOf: 'e', kind: 'text', distance: 0 };
  const alike: Duplicate = { duplicateOf: 'a', kind: 'embedding', distance: 0.02 };
  const before = new Map([
    ['c', near],
    ['f', text],
  ]);
  expect(withFound(before, new Map([['b', alike]]))).toEqual(
    new Map([
      ['b', alike],
      ['c', alike],
      ['f', text],
    ]),
  );
});
