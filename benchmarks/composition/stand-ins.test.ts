import { decodeImage, hashPixels } from '@anagram/core';
import { expect, it } from 'vitest';
import { noisyCorpus } from './noisy-corpus.ts';
import { standIns } from './stand-ins.ts';
import { openWorld } from './worlds.ts';

const { training: set } = await openWorld('shapes');
const size = 24;
const noise = { lostTexts: 0.3, lostImages: 0.3, wrong: 0.5 };
const { source, truth } = await noisyCorpus({ set, count: 120, noise, seed: 1, size });
const records = await Array.fromAsync(source.records());

async function answers(accuracy: number) {
  const { generators, drawsRight } = await standIns({ source, set, size, accuracy, answers: 2, seed: 1 });
  const texts = [];
  const pictures = [];
  for (const [i, { id, image, text }] of records.entries()) {
    const own = await set.pair(i, size);
    if (image) {
      const [said, ...others] = await generators.captioner.caption({ image: await image.bytes(), count: 4 });
      texts.push({ said, others, own: truth.get(id)!.text, changed: own.negatives[0]!.text });
    } else {
      const [drawn] = await generators.illustrator.illustrate({ text: text!, count: 4, seed: 0 });
      const pixels = await decodeImage(drawn!);
      const told = await drawsRight(text!, hashPixels(pixels));
      pictures.push({ right: Buffer.compare(pixels.data, own.image.data) === 0, told });
    }
  }
  return { texts, pictures };
}

it('says and draws what is right where it never errs', async () => {
  const { texts, pictures } = await answers(1);
  expect(texts.every(({ said, own }) => said === own)).toBe(true);
  expect(pictures.every(({ right, told }) => right && told)).toBe(true);
});

it('errs as often as it is told, half of the time by one thing, and knows when', async () => {
  const { texts, pictures } = await answers(0.5);
  const wrong = texts.filter(({ said, own }) => said !== own);
  const changed = wrong.filter(({ said, changed }) => said === changed);
  expect(wrong.length / texts.length).toBeGreaterThan(0.35);
  expect(wrong.length / texts.length).toBeLessThan(0.65);
  expect(changed.length).toBeGreaterThan(wrong.length / 4);
  expect(changed.length).toBeLessThan(wrong.length * 0.75);
  expect(pictures.some(({ right }) => right)).toBe(true);
  expect(pictures.some(({ right }) => !right)).toBe(true);
  for (const { right, told } of pictures) expect(told).toBe(right);
});

it('gives as many answers as it may, each with errors of its own', async () => {
  const { texts } = await answers(0.5);
  expect(texts.every(({ others }) => others.length === 1)).toBe(true);
  const sides = texts.map(({ said, others, own }) => `${said === own} ${others[0] === own}`);
  expect(new Set(sides).size).toBe(4);
});

it('answers the same when it is asked again', async () => {
  expect(await answers(0.7)).toEqual(await answers(0.7));
});
