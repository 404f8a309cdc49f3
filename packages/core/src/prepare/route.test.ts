import { expect, test } from 'vitest';
import { type RecordFacts, route } from './route.ts';

const pair: RecordFacts = { hasImage: true, hasText: true, problem: null, duplicate: null, probability: 0.62 };

test.each<[string, Partial<RecordFacts>, number, string, string]>([
  ['a pair at the threshold is kept', {}, 0.62, 'keep', 'score 0.620 at or above threshold 0.620'],
  ['a pair below it goes to repair', {}, 0.63, 'repair', 'score 0.620 below threshold 0.630'],
  ['a lone picture is matched', { hasText: false, probability: null }, 0.5, 'match', 'a picture without a text'],
  ['a lone text is matched', { hasImage: false, probability: null }, 0.5, 'match', 'a text without a picture'],
  [
    'nothing at all is empty',
    { hasImage: false, hasText: false, probability: null },
    0.5,
    'empty',
    'neither a picture nor a text',
  ],
  ['a problem comes before everything', { problem: 'it is a PDF' }, 0.1, 'unreadable', 'it is a PDF'],
  [
    'a duplicate is not scored against the threshold',
    { duplicate: { duplicateOf: 'a', kind: 'near', distance: 2 } },
    0.1,
    'duplicate',
    'nearly the picture of a (2 of 64 bits differ), with its text',
  ],
  [
    'so is one that a model finds alike',
    { duplicate: { duplicateOf: 'a', kind: 'embedding', distance: 0.0281 } },
    0.1,
    'duplicate',
    'like the picture of a (cosine 0.9719), with its text',
  ],
])('%s', (_, facts, threshold, way, reason) => {
  expect(route({ ...pair, ...facts }, threshold)).toEqual({ route: way, reason });
});
