import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { paraphrase } from './paraphrase.ts';
import { textKey } from './screen.ts';

test.each([
  ['a picture of four keys', ['four keys', 'there are four keys']],
  ['A man is dancing.', ['a man dancing', 'there is a man dancing', 'a picture of a man dancing']],
  ['there is a bomb over a cactus', ['a bomb over a cactus', 'a picture of a bomb over a cactus']],
  ['a corn cob and no tent', ['there is a corn cob and no tent', 'a picture of a corn cob and no tent']],
  [
    'a turtle is to the left of a shark',
    [
      'a turtle to the left of a shark',
      'there is a turtle to the left of a shark',
      'a picture of a turtle to the left of a shark',
    ],
  ],
])('%s', (text, wordings) => {
  expect(paraphrase(text)).toEqual(wordings);
});

test.each([
  ['a sentence with a verb of its own', 'A dog runs on the grass.'],
  ['two clauses', 'there is a candle and there is no robot'],
  ['what is said by an adjective', 'a dog is brown'],
  ['what begins with no thing', 'looking at a blue dome from the side'],
  ['another language', '탁자 위의 고양이'],
  ['nothing', ''],
])('leaves %s alone: %s', (_, text) => {
  expect(paraphrase(text)).toEqual([]);
});

test('half of the captions of people have other wordings, none of them the caption or of the wrong number', () => {
  const path = new URL('./fixtures/captions-en.txt', import.meta.url);
  const captions = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const reworded = captions.map((caption) => paraphrase(caption));
  for (const [k, wordings] of reworded.entries()) {
    for (const wording of wordings) {
      expect(textKey(wording)).not.toBe(textKey(captions[k]!));
      expect(wording).not.toMatch(/there (is (two|three|four|several)|are an?) /);
    }
  }
  expect(reworded.filter(({ length }) => length > 0).length / captions.length).toBeGreaterThan(0.5);
});
