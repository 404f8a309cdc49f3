import { describe, expect, it } from 'vitest';
import { constantEmbedder, tinyEmbedder } from '../../test/fixtures/tiny-benchmark.ts';
import { Random } from '../random.ts';
import { compareReports } from './compare-reports.ts';
import { failureCard } from './page/failure-card.ts';
import { imagenetClasses } from './tables/imagenet-classes.ts';
import { imagenetTemplates } from './tables/imagenet-templates.ts';
import { zeroShotClassification } from './zero-shot-classification.ts';

const picture = (colour: number) => ({ width: 1, height: 1, data: Uint8Array.of(colour, 0, 0) });
const direction = (name: string) => {
  const random = new Random('zero-shot', name);
  return Array.from({ length: 6 }, () => random.uint32() / 2 ** 31 - 1);
};
const randomEmbedder = (seed = 0) =>
  tinyEmbedder(
    6,
    (text) => direction(`${seed} ${text}`),
    (colour) => direction(`${seed} picture ${colour}`),
  );

const classes = ['cat', 'dog', 'cup', 'book', 'lamp', 'chair', 'desk'];
const templates = ['a photo of a {}.', 'a {c} in the rain'];
/** Classes have 1, 2, 3 … pictures, the last one none. */
const items = classes
  .slice(0, -1)
  .flatMap((name, label) =>
    Array.from({ length: label + 1 }, (_, k) => ({ id: `${name}/${k}.jpg`, image: picture(16 * label + k), label })),
  );

describe('zeroShotClassification', () => {
  it('takes the class whose mean of unit embeddings over the templates is nearest, counted one by one', async () => {
    const unit = (v: readonly number[]) => v.map((x) => x / Math.hypot(...v));
    const ofClass = classes.map((name) => {
      const [a, b] = [`a photo of a ${name}.`, `a ${name} in the rain`].map((text) => unit(direction(`0 ${text}`)));
      return unit(a!.map((x, d) => (x + b![d]!) / 2));
    });
    const ranks = items.map(({ image, label }) => {
      const own = unit(direction(`0 picture ${image.data[0]}`));
      const scores = ofClass.map((row) => row.reduce((sum, x, d) => sum + x * own[d]!, 0));
      return { label, rank: scores.filter((score) => score > scores[label]!).length };
    });
    const share = (all: typeof ranks, k: number) => all.filter(({ rank }) => rank < k).length / all.length;
    const perClass = classes.slice(0, -1).map((_, label) =>
      share(
        ranks.filter((one) => one.label === label),
        1,
      ),
    );

    const report = await zeroShotClassification({ name: 'seven', classes, templates, items }).run({
      model: randomEmbedder(),
    });
    expect(report.scores['all.top1']!.value).toBeCloseTo(share(ranks, 1), 12);
    expect(report.scores['all.top5']!.value).toBeCloseTo(share(ranks, 5), 12);
    expect(report.scores['all.macro.top1']!.value).toBeCloseTo(perClass.reduce((a, b) => a + b) / 6, 12);
    expect(report.classes.map(({ score }) => score?.value)).toEqual([...perClass, undefined]);
    expect(report.failures).toHaveLength(ranks.filter(({ rank }) => rank > 0).length);
    const marks = report.failures.map((failure) => failureCard(failure).grid!.rows.map(({ cells }) => cells[0]!.tone));
    expect(new Set(marks.map(String))).toEqual(new Set(['good,bad']));
    expect(report.chance).toEqual({ 'all.top1': 1 / 7, 'all.top5': 5 / 7, 'all.macro.top1': 1 / 7 });
  });

  it('gives a constant model nothing, and the first class where ties are official', async () => {
    const wrong = await zeroShotClassification({ name: 'seven', classes, items }).run({ model: constantEmbedder() });
    expect(wrong.scores['all.top5']!.value).toBe(0);
    expect(wrong.ties).toBe(items.length);
    const official = zeroShotClassification({ name: 'seven', classes, items, ties: 'official' });
    const { scores, tieRule } = await official.run({ model: constantEmbedder() });
    expect(tieRule).toBe('official');
    expect(scores['all.top1']!.value).toBeCloseTo(1 / items.length, 12);
    expect(scores['all.top5']!.value).toBeCloseTo(15 / items.length, 12);
  });

  it('lets two models be compared on the same pictures', async () => {
    const task = zeroShotClassification({ name: 'seven', classes, templates, items });
    const [first, second] = [
      await task.run({ model: randomEmbedder(1) }),
      await task.run({ model: randomEmbedder(2) }),
    ];
    const { n, difference } = compareReports(first, second)['all.top1']!;
    expect(n).toBe(items.length);
    expect(difference).toBeCloseTo(second.scores['all.top1']!.value - first.scores['all.top1']!.value, 12);
  });

  it('classifies a sample where there is a limit, and says of how many', async () => {
    const task = zeroShotClassification({ name: 'seven', classes, items, limit: 4 });
    const { scores, limited } = await task.run({ model: randomEmbedder() });
    expect(scores['all.top1']!.n).toBe(4);
    expect(limited).toEqual({ drawn: 4, of: items.length, what: 'items' });
  });

  it('counts pictures that the model was trained on, and scores the others apart', async () => {
    const known = new Set<unknown>(
      ['cat/0.jpg', 'chair/3.jpg'].map((id) => items.find((item) => item.id === id)!.image),
    );
    const trainedOn = {
      names: ['set'],
      fingerprint: 'f',
      hasText: () => false,
      findPicture: async (image: unknown) => (known.has(image) ? ('bytes' as const) : null),
    };
    const { contamination } = await zeroShotClassification({ name: 'seven', classes, items }).run({
      model: randomEmbedder(),
      trainedOn,
    });
    expect(contamination!.pictures).toEqual({
      count: 2,
      of: items.length,
      first: [
        { picture: 'cat/0.jpg', as: 'bytes' },
        { picture: 'chair/3.jpg', as: 'bytes' },
      ],
    });
    expect(contamination!.rest['all.top1']!.n).toBe(items.length - 2);
  });

  it('has a fingerprint where its items have one, which templates and tie rule change', async () => {
    const print = (given: object) =>
      zeroShotClassification({ name: 'seven', classes, items, fingerprint: 'a', ...given }).fingerprint!();
    expect(await print({})).toBe(await print({}));
    for (const change of [{ ties: 'official' }, { templates: ['{}'] }, { fingerprint: 'b' }, { limit: 3 }]) {
      expect(await print(change)).not.toBe(await print({}));
    }
    expect(zeroShotClassification({ name: 'seven', classes, items }).fingerprint).toBeUndefined();
  });

  it('refuses templates without a place for the class, labels without a class, and no pictures', () => {
    const make = (given: object) => () => zeroShotClassification({ name: 'seven', classes, items, ...given });
    expect(make({ templates: ['a photo'] })).toThrow('expected {} in the place of the class');
    expect(make({ items: [{ id: 'a', image: picture(0), label: 7 }] })).toThrow('the label 7 of "a" among 7 classes');
    expect(make({ items: [] })).toThrow('received none');
    expect(make({ classes: ['cat'] })).toThrow('zeroShotClassification');
    expect(make({ prompts: [] })).toThrow('prompts');
  });

  it('has the 1,000 names and 80 templates of CLIP', () => {
    expect(imagenetClasses).toHaveLength(1000);
    expect(imagenetClasses[134]).toBe('crane bird');
    expect(new Set(imagenetTemplates).size).toBe(80);
    expect(imagenetTemplates.every((template) => template.includes('{}'))).toBe(true);
  });
});
