import { expect, test } from 'vitest';
import { tinyPairs } from '../testing/tiny-pairs.ts';
import { Tokenizer } from '../text/tokenizer.ts';
import { buildBatch } from './batch.ts';
import { Curriculum } from './curriculum.ts';
import { drawPairs } from './draw-pairs.ts';
import { Sampler } from './sampler.ts';
import { resolveSettings } from './settings.ts';
import { summarise, twoLevels } from './two-levels.ts';

const size = 8;
const set = tinyPairs({ count: 24 });
const tokenizer = Tokenizer.train(set.texts() as Iterable<string>, { vocabSize: 600 });

async function drawn(step = 0) {
  const settings = resolveSettings({ steps: 10, batchSize: 16, objective: 'pyramid-clip' });
  const sampler = new Sampler({ sets: [{ set, share: 1 }], seed: settings.seed, byCategory: true });
  const curriculum = new Curriculum(settings.curriculum, { errors: {}, pending: [] });
  const single: Awaited<ReturnType<typeof drawPairs>> = [];
  const levels = await twoLevels(step, settings, async (settings) => {
    const sets = [{ set, share: 1 }];
    single.push(...(await drawPairs(step, { sets, sampler, curriculum, settings, tokenizer, imageSize: size })));
    return single;
  });
  const batch = buildBatch(step, levels, { settings, tokenizer, contextLength: 64, imageSize: size });
  return { single, levels, batch };
}

test('a pair is a global crop with its summary and a local crop with its text, neither a negative of the other', async () => {
  const { single, levels, batch } = await drawn();
  expect(single).toHaveLength(8);
  expect(batch.native.pairs).toBe(16);
  single.forEach(({ pair }, k) => {
    const [global, local] = [levels[2 * k]!, levels[2 * k + 1]!];
    expect(global.pair.text).toBe(summarise(pair.text));
    expect(local.pair.text).toBe(pair.text);
    for (const { pair: level, negatives } of [global, local]) {
      expect(level.image).toMatchObject({ width: size, height: size });
      expect(level.image.data).toHaveLength(size * size * 3);
      expect(negatives).toEqual([]);
    }
    expect(batch.native.imageGroups[2 * k]).toBe(batch.native.imageGroups[2 * k + 1]);
  });
});

test('a global crop shows 90 to 100 % of the area, a local one 50 to 100 %', async () => {
  // The column stands in red: what a crop shows is how far its reds are apart.
  const data = Uint8Array.from({ length: 100 * 100 * 3 }, (_, at) => (at % 3 === 0 ? 2 * ((at / 3) % 100) : 0));
  const image = { width: 100, height: 100, data };
  const one = {
    pair: { image, text: 'a dog', imageKey: 'x', weight: 1, negatives: [] },
    negatives: [],
    paraphrase: null,
  };
  const settings = resolveSettings({ steps: 1, objective: 'pyramid-clip' });
  const levels = await twoLevels(0, settings, async () => Array.from({ length: 40 }, () => one));
  const areas = levels.map(({ pair }) => ((pair.image.data[99 * 3]! - pair.image.data[0]!) / 198) ** 2);
  const [global, local] = [0, 1].map((level) => areas.filter((_, at) => at % 2 === level)) as [number[], number[]];
  expect(Math.min(...global)).toBeGreaterThan(0.85);
  expect(Math.min(...local)).toBeGreaterThan(0.45);
  expect(Math.min(...local)).toBeLessThan(0.65);
  expect(Math.max(...local)).toBeGreaterThan(0.85);
});

test('the same step crops the same, another step otherwise', async () => {
  const pixels = async (step: number) => (await drawn(step)).levels.flatMap(({ pair }) => [...pair.image.data]);
  expect(await pixels(3)).toEqual(await pixels(3));
  expect(await pixels(3)).not.toEqual(await pixels(4));
});

test.each([
  ['two black cats sitting on a red car', 'cats, car'],
  ['a dog and a dog', 'dog'],
  ['빨간 공 옆의 개', '빨간 공 옆의 개'],
  ['', ''],
])('%j shows %j', (text, summary) => {
  expect(summarise(text)).toBe(summary);
});
