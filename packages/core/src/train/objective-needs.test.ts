import { expect, test } from 'vitest';
import { clipFit } from '../image/preprocess.ts';
import type { PairSet } from '../pair.ts';
import { type TinyPairsOptions, tinyPairs } from '../testing/tiny-pairs.ts';
import { checkDraws, checkNeeds } from './objective-needs.ts';
import { presetOf, resolveSettings, type TrainSettings } from './settings.ts';

const model = { imageSize: 8, config: { preprocess: clipFit } } as Parameters<typeof checkNeeds>[0];

async function warnings(objective: NonNullable<TrainSettings['objective']>, ...sets: PairSet[]): Promise<string[]> {
  const said: string[] = [];
  const { objective: terms } = resolveSettings({ steps: 1, objective });
  const shared = sets.map((set) => ({ set, share: 1 }));
  await checkNeeds(
    model,
    shared,
    { objective: terms, preset: presetOf(objective) },
    { warn: (message) => said.push(message) },
  );
  return said;
}
const pairs = (negatives: NonNullable<TinyPairsOptions['negatives']>) => tinyPairs({ count: 6, negatives });

test.each([
  ['triplet-clip', 'texts', 'negatives with a text and a picture'],
  ['ce-clip', 'none', 'negatives with a text'],
  ['degla', 'images', 'negatives with a text'],
] as const)(
  '%s on pairs with negatives of %s is refused, not trained as plain CLIP',
  async (preset, negatives, need) => {
    await expect(warnings(preset, pairs(negatives))).rejects.toThrow(`${preset} wants ${need}. None of the 6 pairs`);
    await expect(warnings({ preset }, pairs(negatives))).rejects.toMatchObject({ code: 'not-enough-data' });
  },
);

test('nothing is said where the pairs have what is wanted, be it in the second set', async () => {
  expect(await warnings('anagram', pairs('pairs'))).toEqual([]);
  expect(await warnings('clip', pairs('none'))).toEqual([]);
  expect(await warnings('clic', pairs('none'))).toEqual([]);
  expect(await warnings('triplet-clip', pairs('none'), pairs('pairs'))).toEqual([]);
});

test('a set of which few pairs have what is wanted is looked through further before it is refused', async () => {
  const [full, bare] = [tinyPairs({ count: 400, negatives: 'pairs' }), tinyPairs({ count: 400, negatives: 'texts' })];
  const few: PairSet = { ...bare, pair: (index, size) => (index === 203 ? full : bare).pair(index, size) };
  expect(await warnings('triplet-clip', few)).toEqual([]);
});

test('the look is bounded, and ends where it is told to', async () => {
  const controller = new AbortController();
  const bare = tinyPairs({ count: 5000, negatives: 'texts' });
  let read = 0;
  const counted = (stopAt: number): PairSet => ({
    ...bare,
    pair(index, size) {
      if (++read === stopAt) controller.abort(new Error('enough'));
      return bare.pair(index, size);
    },
  });
  await expect(warnings('triplet-clip', counted(Number.NaN))).rejects.toThrow('None of the 2048 pairs');
  expect(read).toBe(32 + 2048);
  read = 0;
  const { objective } = resolveSettings({ steps: 1, objective: 'triplet-clip' });
  const sets = [{ set: counted(100), share: 1 }];
  const looking = checkNeeds(
    model,
    sets,
    { objective, preset: 'triplet-clip' },
    { warn() {}, signal: controller.signal },
  );
  await expect(looking).rejects.toThrow('enough');
  expect(read).toBe(100);
});

test('terms that will count no row are told', async () => {
  const [texts, pictures] = await warnings('anagram', pairs('none'));
  expect(texts).toContain('anagram has terms that want negatives with a text.');
  expect(pictures).toContain('negatives with a picture');
  const read = pairs('pairs');
  const unread: PairSet = {
    ...read,
    pair: async (index, size) => ({ ...(await read.pair(index, size)), text: '빨간 공' }),
  };
  const asked = { paraphrases: 1, negativesPerPair: 0 };
  expect(await warnings(asked, read)).toEqual([]);
  expect(await warnings(asked, unread)).toEqual([
    'The objective has terms that want paraphrases, given or by rules. None of the 6 pairs that were looked at has any: those terms count no such pair.',
  ]);
  expect((await warnings('con-clip', pairs('pairs')))[0]).toContain('negatives of the category negation');
});

function drawsOf(settings: Omit<TrainSettings, 'steps'>): string[] {
  const said: string[] = [];
  checkDraws(resolveSettings({ steps: 1, ...settings }), presetOf(settings.objective), (message) => said.push(message));
  return said;
}

test.each([
  [{ objective: { preset: 'ce-clip', negativesPerPair: 0 } }, 'train.objective.negativesPerPair: 0 draws no negative'],
  [{ objective: 'negclip', curriculum: { negatives: { from: 0, to: 0 } } }, 'train.curriculum.negatives: 0 draws no'],
] as const)('a preset that is made of negatives is refused where %j draws none', (settings, sentence) => {
  expect(() => drawsOf(settings)).toThrow(sentence);
});

test('terms over negatives that are never drawn, and shuffles of less than half a row, are warned of', () => {
  expect(drawsOf({ objective: { ownTexts: 0.5, negativesPerPair: 0 } })).toEqual([
    expect.stringMatching(/^train\.objective\.negativesPerPair: 0 draws no negative/),
  ]);
  const structure = { text: 'negative' } as const;
  expect(drawsOf({ batchSize: 16, structure })).toEqual([
    'train.structure.share: 0.03 of a batch of 16 is less than half a row, so that nothing is shuffled. Give at least 0.063.',
  ]);
  for (const objective of ['anagram', 'clip', 'clic'] as const) expect(drawsOf({ objective, structure })).toEqual([]);
});
