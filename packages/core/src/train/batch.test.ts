import { beforeAll, expect, test } from 'vitest';
import type { PairSet, RegionFeatures, TrainingPair } from '../pair.ts';
import { tinyPairs } from '../testing/tiny-pairs.ts';
import { Tokenizer } from '../text/tokenizer.ts';
import { buildBatch } from './batch.ts';
import { Curriculum } from './curriculum.ts';
import { countPictures, drawPairs } from './draw-pairs.ts';
import { Sampler } from './sampler.ts';
import { resolveSettings, structureRoles, type TrainSettings } from './settings.ts';

const size = 8;
/** Every negative with its picture. */
const paired = { ownTexts: 0.5, ownImages: 0.5 };
let tokenizer: Tokenizer;
beforeAll(() => {
  tokenizer = Tokenizer.train(tinyPairs().texts() as Iterable<string>, { vocabSize: 600 });
});

async function batchOf(set: PairSet, plain: Partial<TrainSettings>, step = 0, readsTriples = false) {
  const settings = resolveSettings({ steps: 100, batchSize: 16, ...plain });
  const sampler = new Sampler({
    sets: [{ set, share: 1 }],
    seed: settings.seed,
    byCategory: settings.curriculum.byError,
  });
  const curriculum = new Curriculum(settings.curriculum, { errors: {}, pending: [] });
  const sets = [{ set, share: 1 }];
  const drawn = await drawPairs(step, { sets, sampler, curriculum, settings, tokenizer, imageSize: size });
  const batch = buildBatch(step, drawn, { settings, tokenizer, contextLength: 32, imageSize: size, readsTriples });
  const { native } = batch;
  const row = (offsets: Int32Array, index: Int32Array, at: number) =>
    Array.from(index.subarray(offsets[at], offsets[at + 1]));
  return {
    ...batch,
    settings,
    drawn,
    images: native.images.length / (size * size * 3),
    texts: native.textLengths.length,
    ownTexts: (at: number) => row(native.ownTextOffsets, native.ownTextIndex, at),
    ownImages: (at: number) => row(native.ownImageOffsets, native.ownImageIndex, at),
    text: (at: number) => {
      const length = native.texts.length / native.textLengths.length;
      return tokenizer.decode(native.texts.subarray(at * length, at * length + native.textLengths[at]!));
    },
  };
}

test('a pair and its negative pair are rows, own negatives of each other', async () => {
  const batch = await batchOf(tinyPairs(), { objective: paired });
  expect(batch.native.pairs).toBe(16);
  expect([batch.images, batch.texts]).toEqual([16, 16]);
  expect(batch.drawn).toHaveLength(8);
  const [row, other] = batch.draws[0]!.rows;
  expect(batch.ownTexts(row!)).toEqual([other]);
  expect(batch.ownImages(row!)).toEqual([other]);
  expect(batch.ownTexts(other!)).toEqual([row]);
  expect(batch.ownImages(other!)).toEqual([row]);
  expect(batch.text(other!)).toBe(batch.drawn[0]!.pair.negatives[0]!.text);
});

test('the last pair loses the picture of its negative where it no longer fits', async () => {
  const batch = await batchOf(tinyPairs(), { objective: paired, batchSize: 5 });
  expect([batch.native.pairs, batch.images, batch.texts]).toEqual([5, 5, 6]);
  const last = batch.draws.at(-1)!;
  expect(last.rows).toHaveLength(1);
  expect(batch.ownTexts(last.rows[0]!)).toEqual([5]);
  expect(batch.ownImages(last.rows[0]!)).toEqual([]);
});

test('anagram draws a quarter of the negatives with their picture, and so more pairs', async () => {
  const steps = Array.from({ length: 20 }, (_, step) => step);
  const plain = { objective: 'anagram', batchSize: 32 } as const;
  const batches = await Promise.all(steps.map((step) => batchOf(tinyPairs(), plain, step)));
  expect(batches.map(({ images }) => images)).toEqual(steps.map(() => 32));
  const drawn = batches.flatMap((batch) => batch.drawn);
  expect(drawn.length / steps.length).toBeCloseTo(32 / 1.25, 0);
  const pictures = drawn.filter(({ negatives }) => negatives[0]!.image !== null).length;
  expect(pictures / drawn.length).toBeCloseTo(0.25, 1);
  expect(drawn.every(({ negatives }) => negatives[0]!.text !== null)).toBe(true);
});

test('clip uses no negatives', async () => {
  const batch = await batchOf(tinyPairs(), { objective: 'clip' });
  expect([batch.native.pairs, batch.images, batch.texts, batch.native.ownTextIndex.length]).toEqual([16, 16, 16, 0]);
});

test('negclip takes the texts of negatives alone', async () => {
  const batch = await batchOf(tinyPairs(), { objective: 'negclip' });
  expect([batch.native.pairs, batch.images, batch.texts]).toEqual([16, 16, 32]);
  expect(batch.ownTexts(3)).toEqual([19]);
  expect(batch.ownImages(3)).toEqual([]);
});

test('a pair brings one of its paraphrases where a term uses it, worded otherwise than its text', async () => {
  const objective = { paraphrases: 1, negativesPerPair: 0 };
  const { native, drawn } = await batchOf(tinyPairs({ paraphrases: true }), { objective });
  expect([...native.paraphraseRows]).toEqual(drawn.map((_, row) => row));
  const length = native.texts.length / native.textLengths.length;
  const ids = native.paraphrases.subarray(2 * length, 2 * length + native.paraphraseLengths[2]!);
  const [reworded] = drawn[2]!.pair.paraphrases!;
  expect(tokenizer.decode(ids)).toBe(reworded);

  const set = tinyPairs({ paraphrases: true });
  const same: PairSet = {
    ...set,
    async pair(index, imageSize) {
      const pair = await set.pair(index, imageSize);
      return index % 2 === 0 ? pair : { ...pair, paraphrases: [pair.text.toUpperCase()] };
    },
  };
  const some = await batchOf(same, { objective });
  expect(some.native.paraphraseRows.length).toBe(some.drawn.filter(({ paraphrase }) => paraphrase !== null).length);
  expect(some.native.paraphraseRows.length).toBeLessThan(some.native.pairs);
  expect((await batchOf(set, { objective: 'clip' })).native.paraphraseLengths).toHaveLength(0);
});

test('a caption without paraphrases is reworded by rules', async () => {
  const set = tinyPairs();
  const phrases: PairSet = {
    ...set,
    pair: async (...args) => ({ ...(await set.pair(...args)), text: 'a cat on a car' }),
  };
  const { drawn } = await batchOf(phrases, { objective: { preset: 'anagram', paraphrases: 1 } });
  const wordings = new Set(drawn.map(({ paraphrase }) => paraphrase));
  expect([...wordings].sort()).toEqual(['a picture of a cat on a car', 'there is a cat on a car']);
  const clic = await batchOf(phrases, { objective: 'clic' });
  expect(clic.native.paraphraseLengths).toHaveLength(0);
});

test('a text that words another caption otherwise is no negative of that caption’s picture', async () => {
  const set = tinyPairs();
  const texts = ['a cat on a car', 'there is a cat on a car', 'a picture of a cat on a car', 'a dog'];
  const worded: PairSet = {
    ...set,
    pair: async (index, ...rest) => ({ ...(await set.pair(index, ...rest)), text: texts[index % 4]! }),
  };
  const { native, drawn } = await batchOf(worded, { objective: { paraphrases: 1, negativesPerPair: 0 } });
  const listed = new Set(
    Array.from({ length: native.alsoTrue.length / 2 }, (_, k) => native.alsoTrue.slice(2 * k, 2 * k + 2).join()),
  );
  const wanted = drawn.flatMap(({ paraphrase }, row) =>
    drawn.flatMap(({ pair }, column) => (pair.text === paraphrase ? [`${row},${column}`] : [])),
  );
  expect(wanted.length).toBeGreaterThan(0);
  expect([...listed].sort()).toEqual([...wanted].sort());
});

test('the share of pairs with negatives follows its ramp', async () => {
  const curriculum = { negatives: { from: 0, to: 1, until: 0.5 } };
  const shareAt = async (step: number) => {
    const { drawn } = await batchOf(tinyPairs(), { objective: paired, batchSize: 64, curriculum }, step);
    return drawn.filter(({ negatives }) => negatives.length > 0).length / drawn.length;
  };
  expect(await shareAt(0)).toBe(0);
  expect(await shareAt(25)).toBeGreaterThan(0.25);
  expect(await shareAt(25)).toBeLessThan(0.75);
  expect([await shareAt(50), await shareAt(99)]).toEqual([1, 1]);
});

test('a ramp at 1 changes no batch', async () => {
  const ramps = { hardness: { from: 1, to: 1 }, negatives: { from: 1, to: 1 } };
  const [plain, ramped] = [await batchOf(tinyPairs(), {}, 3), await batchOf(tinyPairs(), { curriculum: ramps }, 3)];
  expect(ramped.native).toEqual(plain.native);
});

test('lone negatives stand behind the rows', async () => {
  const texts = await batchOf(tinyPairs({ negatives: 'texts' }), { objective: paired });
  expect([texts.native.pairs, texts.images, texts.texts]).toEqual([16, 16, 32]);
  const images = await batchOf(tinyPairs({ negatives: 'images' }), { objective: paired });
  expect([images.images, images.texts]).toEqual([16, images.native.pairs]);
  expect(images.ownImages(0)).toEqual([images.native.pairs]);
});

test('equal texts and equal pictures share a group, others do not', async () => {
  const set = tinyPairs({ count: 3 });
  const shared: PairSet = {
    ...set,
    async pair(index, imageSize): Promise<TrainingPair> {
      const pair = await set.pair(index, imageSize);
      return { ...pair, text: index < 2 ? ' A  Shared TEXT' : pair.text, imageKey: index > 0 ? 'same' : pair.imageKey };
    },
  };
  const { native, drawn } = await batchOf(shared, { objective: 'clip', batchSize: 3, curriculum: { byError: false } });
  const index = (text: boolean) =>
    drawn.map(({ pair }) => (text ? pair.text === ' A  Shared TEXT' : pair.imageKey === 'same'));
  const equal = (groups: Int32Array, same: boolean[]) => {
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) expect(groups[a] === groups[b]).toBe(a === b || (same[a]! && same[b]!));
    }
  };
  equal(native.textGroups, index(true));
  equal(native.imageGroups, index(false));
});

test('a negative that is no different is left out', async () => {
  const set = tinyPairs({ count: 4 });
  const broken: PairSet = {
    ...set,
    async pair(index, imageSize) {
      const pair = await set.pair(index, imageSize);
      return {
        ...pair,
        negatives: [{ category: 'colour', text: pair.text.toUpperCase(), image: null, imageKey: null }],
      };
    },
  };
  const batch = await batchOf(broken, { objective: paired, batchSize: 4 });
  expect(batch.texts).toBe(4);
});

test.each([
  [64, 0, 'pairs', 64],
  [64, 0.125, 'pairs', 64],
  [64, 0.5, 'texts', 63],
  [64, 1, 'images', 63],
  [7, 0.3, 'pairs', 7],
  [7, 1, 'pairs', 6],
  [2, 1, 'none', 2],
] as const)(
  'with batchSize %i, share %d and negatives %s, %i pictures pass the tower',
  async (batchSize, share, negatives, expected) => {
    for (const step of [0, 1, 2]) {
      const structure = { ...structureRoles, share };
      const batch = await batchOf(tinyPairs({ negatives }), { batchSize, structure }, step);
      const { pairs } = batch.native;
      expect(countPictures(pairs, batch.images - pairs, batch.settings)).toBe(expected);
    }
  },
);

test('a model that reads triples is given those of every text, then of shuffled ones, then of paraphrases', async () => {
  const plain = { objective: { paraphrases: 1 }, structure: { share: 0.5, text: 'negative' as const } };
  const set = tinyPairs({ paraphrases: true });
  expect((await batchOf(set, plain)).native.triples).toBeUndefined();
  const { native, texts } = await batchOf(set, plain, 0, true);
  const rows = new Set(native.triples!.texts);
  // "a red square and a blue circle": each thing is of a colour.
  for (let row = 0; row < texts; row++) expect(rows).toContain(row);
  const shuffled = Array.from(native.shuffledTextLengths, (length, row) => ({ length, row: texts + row }));
  for (const { length, row } of shuffled) if (length === 0) expect(rows).not.toContain(row);
  expect(shuffled.filter(({ row }) => rows.has(row)).length).toBeGreaterThan(0);
  const first = texts + shuffled.length;
  expect([...rows].filter((row) => row >= first)).toEqual(Array.from(native.paraphraseRows, (_, k) => first + k));
});

test('what a detector says of the drawn pairs goes with the rows of both of their levels', async () => {
  const plain = tinyPairs();
  const set: PairSet = {
    ...plain,
    pair: async (index, imageSize) => {
      const pair = await plain.pair(index, imageSize);
      const features = Float32Array.from({ length: 3 * (1 + (index % 2)) }, (_, i) => index + i / 8);
      return index % 3 === 0 ? pair : { ...pair, regions: { features, tags: `thing ${index % 4}` } };
    },
  };
  const settings = resolveSettings({ steps: 100, objective: 'pyramid-clip' });
  const drawn = await Promise.all(
    [1, 3, 2, 5].map(async (index) => ({ pair: await set.pair(index, size), negatives: [], paraphrase: null })),
  );
  const twice = drawn.flatMap((one) => [one, one]);
  const options = { settings, tokenizer, contextLength: 32, imageSize: size };
  const { regions } = buildBatch(0, twice, { ...options, regionWidth: 3 }).native;
  expect([...regions!.rows]).toEqual([0, 4, 6, 1, 5, 7]);
  expect([...regions!.counts]).toEqual([2, 1, 2]);
  const expected = [drawn[0], drawn[2], drawn[3]].flatMap((one) => [...one!.pair.regions!.features]);
  expect([...regions!.features]).toEqual(expected);
  // Pairs 1 and 5 have equal tags.
  expect([...regions!.tagGroups]).toEqual([0, 1, 0]);
  const length = regions!.tags.length / 3;
  expect(tokenizer.decode(regions!.tags.subarray(length, length + regions!.tagLengths[1]!))).toBe('thing 2');
  expect(buildBatch(0, twice, options).native.regions).toBeUndefined();
  const short = { ...options, contextLength: 3 };
  const cut = (regionWidth: number | null) => buildBatch(0, twice, { ...short, regionWidth }).cutTexts;
  expect(cut(3) - cut(null)).toBe(3);
  const peers = resolveSettings({ steps: 100, objective: { preset: 'pyramid-clip', crossLevels: 0 } });
  expect(buildBatch(0, twice, { ...options, settings: peers, regionWidth: 3 }).native.regions).toBeUndefined();
});

test.each([
  [
    'another width',
    { features: new Float32Array(4), tags: 'cat' },
    /^The pair of ".+" has 4 numbers of regions\. .* of the 3 /,
  ],
  [
    'rows of numbers',
    {
      features: [
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3],
      ],
      tags: 'cat',
    },
    /features are no Float32Array/,
  ],
  ['a list of tags', { features: new Float32Array(3), tags: ['cat'] }, /tags are no text/],
])('regions with %s are refused', async (_, regions, message) => {
  const pair = { ...(await tinyPairs().pair(0, size)), regions: regions as unknown as RegionFeatures };
  const settings = resolveSettings({ steps: 1, objective: { crossLevels: 1 } });
  const options = { settings, tokenizer, contextLength: 32, imageSize: size, regionWidth: 3 };
  expect(() => buildBatch(0, [{ pair, negatives: [], paraphrase: null }], options)).toThrow(message);
});

test('trigrams are shuffled for a share of the rows', async () => {
  const batch = await batchOf(tinyPairs(), { structure: { ...structureRoles, share: 0.5 }, batchSize: 18 });
  const { pairs, shuffledTextLengths, textLengths } = batch.native;
  expect(shuffledTextLengths).toHaveLength(pairs);
  const shuffled = Array.from(shuffledTextLengths).filter((length) => length > 0);
  expect(shuffled).toHaveLength(Math.round(pairs / 2));
  shuffledTextLengths.forEach((length, row) => {
    if (length > 0) expect(length).toBe(textLengths[row]);
  });
  const { native } = await batchOf(tinyPairs(), { structure: { image: 'positive', share: 0.5 } });
  expect(native.shuffledTextLengths).toHaveLength(0);
});

test('a step is a function of its number, and differs from others', async () => {
  const [one, same, other] = await Promise.all([0, 0, 1].map((step) => batchOf(tinyPairs(), {}, step)));
  expect(one!.native).toEqual(same!.native);
  expect(other!.native.seed).not.toBe(one!.native.seed);
});

test('pictures of another size are refused with the name of the set', async () => {
  const set = tinyPairs();
  const wrong: PairSet = { ...set, pair: (index) => set.pair(index, size * 2) };
  await expect(batchOf(wrong, {})).rejects.toThrow('of tiny has a picture of 16×16 pixels. Expected 8×8');
});

test('hardness sharpens what categories are drawn by, or turns it round', async () => {
  const errors = { colour: 0.9, position: 0.1 };
  const colourShare = async (hardness: number) => {
    const settings = resolveSettings({
      steps: 100,
      objective: paired,
      curriculum: { hardness: { from: hardness, to: hardness } },
    });
    const sets = [{ set: tinyPairs({ count: 200 }), share: 1 }];
    const sampler = new Sampler({ sets, seed: 1, byCategory: true });
    const curriculum = new Curriculum(settings.curriculum, { errors, pending: [] });
    const drawn = await drawPairs(0, { sets, sampler, curriculum, settings, tokenizer, imageSize: size });
    return drawn.filter(({ negatives }) => negatives[0]?.category === 'colour').length / drawn.length;
  };
  const [turned, even, plain, sharp] = await Promise.all([-1, 0, 1, 3].map(colourShare));
  expect(turned!).toBeLessThan(0.35);
  expect(Math.abs(even! - 0.5)).toBeLessThan(0.25);
  expect(plain!).toBeGreaterThan(0.65);
  expect(sharp!).toBeGreaterThan(0.9);
});
