import { decodeImage, type PairSet } from '@anagram/core';
import { describe, expect, it } from 'vitest';
import { noisyCorpus } from './noisy-corpus.ts';
import { openWorld } from './worlds.ts';

const { training } = await openWorld('shapes');
const noise = { lostTexts: 0.1, lostImages: 0.1, wrong: 0.3 };
const none = { lostTexts: 0, lostImages: 0, wrong: 0 };
const read = async (set: PairSet, own: typeof noise, seed = 1) => {
  const { source, truth } = await noisyCorpus({ set, count: 60, noise: own, seed, size: 24 });
  return { source, truth, records: await Array.fromAsync(source.records()) };
};

describe('noisyCorpus', () => {
  it('tells truly of every record what the noise did to it', async () => {
    const { records, truth } = await read(training, noise);
    expect(records.length).toBe(60);
    for (const [i, { id, text, image }] of records.entries()) {
      const { kind, right, text: own } = truth.get(id)!;
      expect(own).toBe((await training.pair(i, 24)).text);
      expect([text !== undefined, image !== undefined]).toEqual([kind !== 'image', kind !== 'text']);
      expect(right).toBe(kind === 'pair' ? text === own : null);
    }
    const pairs = [...truth.values()].filter(({ kind }) => kind === 'pair');
    expect(pairs.length).toBe(48);
    expect(pairs.filter(({ right }) => right === false).length).toBe(14);
  });

  it('holds the pictures of the set, and none of its negatives', async () => {
    const { records } = await read(training, none);
    for (const [i, { text, image }] of records.slice(0, 9).entries()) {
      const pair = await training.pair(i, 24);
      expect(text).toBe(pair.text);
      expect((await decodeImage(await image!.bytes())).data).toEqual(pair.image.data);
    }
  });

  it('has the same pictures under the same ids with noise and without, and settings that tell them apart', async () => {
    const [noisy, clean] = [await read(training, noise), await read(training, none)];
    const bytes = new Map(
      await Promise.all(clean.records.map(async ({ id, image }) => [id, await image!.bytes()] as const)),
    );
    for (const { id, image } of noisy.records) if (image) expect(await image.bytes()).toEqual(bytes.get(id));
    expect(noisy.source.settings).not.toEqual(clean.source.settings);
    expect((await read(training, noise, 2)).source.settings).not.toEqual(noisy.source.settings);
  });
});
