import { expect, test } from 'vitest';
import type { Pixels } from '../pair.ts';
import { tinyPairs } from '../testing/tiny-pairs.ts';
import { Tokenizer } from '../text/tokenizer.ts';
import { buildBatch } from './batch.ts';
import { Curriculum } from './curriculum.ts';
import { drawPairs } from './draw-pairs.ts';
import { joinPairs, joinPictures, joinsPairs, joinTexts } from './join-pairs.ts';
import { Sampler } from './sampler.ts';
import { resolveSettings, type TrainSettings } from './settings.ts';

const size = 8;
const set = tinyPairs({ count: 24 });
const tokenizer = Tokenizer.train(set.texts() as Iterable<string>, { vocabSize: 600 });

async function joined(plain: Partial<TrainSettings> = {}, step = 0) {
  const settings = resolveSettings({ steps: 10, batchSize: 16, objective: 'clic', ...plain });
  const sets = [{ set, share: 1 }];
  const sampler = new Sampler({ sets, seed: settings.seed, byCategory: true });
  const curriculum = new Curriculum(settings.curriculum, { errors: {}, pending: [] });
  const drawn = await joinPairs(step, settings, (settings) =>
    drawPairs(step, { sets, sampler, curriculum, settings, tokenizer, imageSize: size }),
  );
  const batch = buildBatch(step, drawn, { settings, tokenizer, contextLength: 64, imageSize: size });
  return { drawn, batch };
}

const words = (text: string) => text.replaceAll('.', '').split(' ').sort();

test('a batch is as full of joined pictures as of single ones, each text with its other order and one exchange', async () => {
  const { drawn, batch } = await joined();
  expect(drawn).toHaveLength(16);
  expect(batch.native.pairs).toBe(16);
  expect([...batch.native.paraphraseRows]).toEqual(drawn.map((_, row) => row));
  expect(batch.native.ownTextIndex.length).toBe(drawn.filter(({ negatives }) => negatives.length > 0).length);
  for (const { pair, paraphrase, negatives } of drawn) {
    const [a, b] = pair.text.split('. ') as [string, string];
    expect(paraphrase).toBe(`${b.replace(/\.$/, '')}. ${a}.`);
    expect(pair.image.data).toHaveLength(size * size * 3);
    for (const { text, image } of negatives) {
      expect(image).toBeNull();
      // One word has gone each way: the words of both are the same, the sentences are not.
      expect(words(text!)).toEqual(words(pair.text));
      expect([pair.text, paraphrase]).not.toContain(text);
    }
  }
  expect(drawn.filter(({ negatives }) => negatives.length > 0).length).toBeGreaterThan(10);
});

test('the same seed and step join the same, and another step others', async () => {
  const texts = async (step: number) => (await joined({}, step)).drawn.map(({ pair }) => pair.text);
  expect(await texts(2)).toEqual(await texts(2));
  expect(await texts(2)).not.toEqual(await texts(4));
});

test('steps are joined by turns', () => {
  const { objective } = resolveSettings({ steps: 1, objective: 'clic' });
  expect([0, 1, 2, 3].map((step) => joinsPairs(step, { objective }))).toEqual([true, false, true, false]);
  expect(joinsPairs(0, resolveSettings({ steps: 1, objective: 'clip' }))).toBe(false);
});

test('two pictures are squeezed to a half each, side by side or one above the other', () => {
  const plain = (value: number): Pixels => ({ width: 5, height: 5, data: new Uint8Array(75).fill(value) });
  const beside = joinPictures(plain(10), plain(200), true);
  const above = joinPictures(plain(10), plain(200), false);
  const at = ({ data }: Pixels, x: number, y: number) => data[(y * 5 + x) * 3];
  expect([0, 1, 2, 3, 4].map((x) => at(beside, x, 3))).toEqual([10, 10, 200, 200, 200]);
  expect([0, 1, 2, 3, 4].map((y) => at(above, 3, y))).toEqual([10, 10, 200, 200, 200]);
});

test('a pixel is the mean of the two that it stands for', () => {
  const row = Uint8Array.from([0, 100, 40, 60], (value) => value);
  const data = new Uint8Array(48);
  for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) data.fill(row[x]!, (y * 4 + x) * 3, (y * 4 + x) * 3 + 3);
  const picture: Pixels = { width: 4, height: 4, data };
  const joinedRow = joinPictures(picture, picture, true).data.subarray(0, 12);
  expect([...joinedRow].filter((_, at) => at % 3 === 0)).toEqual([50, 50, 50, 50]);
  expect(joinPictures(picture, picture, false).data[3]).toBe(100);
});

test('texts are joined as sentences', () => {
  expect(joinTexts('a dog', 'Is it a cat? ')).toBe('a dog. Is it a cat?');
});
