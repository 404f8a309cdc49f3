import { describe, expect, it } from 'vitest';
import { constantEmbedder, tinyEmbedder } from '../../../test/fixtures/tiny-benchmark.ts';
import { Random } from '../../random.ts';
import { composition } from '../composition.ts';
import { type TextChoiceItem, textChoice } from '../text-choice.ts';

const nouns = ['dog', 'cat', 'horse', 'boat', 'tree', 'cup', 'chair', 'bird', 'train', 'cake'];
const pixel = (k: number) => ({ width: 1, height: 1, data: Uint8Array.of(k, 0, 0) });

/** Sixty pictures; `swap` says of which the longer of two sentences is the right one. */
const items = (negativeOf: (noun: string) => string, swap = (_: number) => false): TextChoiceItem[] =>
  Array.from({ length: 60 }, (_, k) => {
    const noun = `${nouns[k % 10]} ${nouns[(k + 1 + Math.floor(k / 10)) % 10]}`;
    const [text, negativeText] = swap(k) ? [negativeOf(noun), `a ${noun}`] : [`a ${noun}`, negativeOf(noun)];
    return { id: `${k}`, category: 'c', image: pixel(k), text, negativeText };
  });

const baselines = async (all: TextChoiceItem[]) => {
  const report = await textChoice({ name: 't', items: all }).run({ model: constantEmbedder() });
  return Object.fromEntries(Object.entries(report.baselines!).map(([name, values]) => [name, values['c.choice']!]));
};

describe('learnedWords', () => {
  it('is right on every item where negatives carry a word of their own', async () => {
    expect((await baselines(items((noun) => `a ${noun} indeed`))).learnedWords).toBe(1);
  });

  it('is near chance where that word stands in right and wrong texts alike', async () => {
    const { learnedWords } = await baselines(
      items(
        (noun) => `a ${noun} indeed`,
        (k) => new Random('swap', k).below(2) === 0,
      ),
    );
    expect(Math.abs(learnedWords! - 0.5)).toBeLessThan(0.2);
  });

  it('learns nothing of fewer than 20 items, and of items in which each text is right for a picture', async () => {
    const few = items((noun) => `a ${noun} indeed`);
    expect(await baselines(few.slice(0, 19))).not.toHaveProperty('learnedWords');
    expect(await baselines(few.slice(0, 20))).toHaveProperty('learnedWords');
    const both = few.map(({ id, category, image, text, negativeText }) => ({
      ...{ id, category, images: [image, pixel(Number(id) + 100)] as const, texts: [text, negativeText] as const },
    }));
    const report = await composition({ name: 't', items: both }).run({ model: constantEmbedder() });
    expect(report.baselines).not.toHaveProperty('learnedWords');
  });

  it('never learns from an item about the same picture', async () => {
    // Right and wrong change places from picture to picture, and all items of a picture agree.
    const marked = Array.from({ length: 60 }, (_, k) => {
      const picture = Math.floor(k / 10);
      const [text, negativeText] = [`picture${picture} yes`, `picture${picture} no`];
      return { ...{ id: `${k}`, category: 'c', image: images[picture]! }, text, negativeText };
    }).map((item, k) =>
      Math.floor(k / 10) % 2 === 0 ? item : { ...item, text: item.negativeText, negativeText: item.text },
    );
    expect((await baselines(marked)).learnedWords).toBeLessThan(0.8);
  });
});
const images = Array.from({ length: 6 }, (_, k) => pixel(k));

it('textOnly prefers the text nearer to the mean picture, whatever the picture', async () => {
  // Pictures 0 and 1 lie at (1, 0), picture 2 at (0, 1): their mean is (2/3, 1/3).
  const model = tinyEmbedder(
    2,
    (text) => (text === 'x' ? [1, 0] : [0, 1]),
    (colour) => (colour < 2 ? [1, 0] : [0, 1]),
  );
  const item = (k: number, text: string, negativeText: string) => ({
    id: `${k}`,
    category: 'c',
    image: pixel(k),
    text,
    negativeText,
  });
  const all = [item(0, 'x', 'y'), item(1, 'x', 'y'), item(2, 'y', 'x')];
  const report = await textChoice({ name: 't', items: all }).run({ model });
  expect(report.scores['c.choice']!.value).toBe(1);
  expect(report.baselines!.textOnly!['c.choice']).toBeCloseTo(2 / 3, 12);
  expect(report.baselines!.imageOnly!['c.choice']).toBe(0);
});
