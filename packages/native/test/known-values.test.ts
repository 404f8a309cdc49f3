import { describe, expect, it } from 'vitest';
import type { NativeObjectiveConfig } from '../lib/objective-config.ts';
import { type Batch, batch, level, numbers, objective, plain, tangled } from './objective-batch.ts';

/** Values of whole objectives, worked out in float64 from the papers' formulas: all similarities equal, 7 pairs, s = 14.3. */
const scale = { logitScale: 14.3 };
const none: NativeObjectiveConfig = { ...plain, contrastive: 0 };
const lone = (pairs: number, perPair: number) =>
  numbers(pairs).map((row) => numbers(perPair).map((k) => pairs + row * perPair + k));
const withTexts = (pairs: number, perPair: number): Batch =>
  level(pairs, 0, pairs * perPair, { ownTexts: lone(pairs, perPair), ...scale });
const withTeacher = (given: Batch): Batch => ({
  ...given,
  teacher: { images: given.images, texts: given.texts, logitScale: 14.3 },
});
const loss = async (given: Batch, config: Partial<NativeObjectiveConfig>) =>
  (await objective(given, { ...none, ...config })).loss;

describe('known values', () => {
  it('of CLIP, ln B', async () => {
    for (const [pairs, value] of [
      [7, 1.94591],
      [128, 4.85203],
      [256, 5.545177],
    ] as const) {
      expect(await loss(level(pairs, 0, 0, scale), { contrastive: 1 })).toBeCloseTo(value, 5);
    }
  });

  it('of NegCLIP with neighbours: 14 pictures, 28 texts', async () => {
    expect(await loss(withTexts(14, 1), { contrastive: 1 })).toBeCloseTo(2.985631, 5);
  });

  it('of TripletCLIP: the sum over both roles', async () => {
    const one = await loss(withTexts(7, 1), { contrastive: 1 });
    expect(2 * one).toBeCloseTo(4.584967, 5);
  });

  // CE-CLIP's coded intra-modal contrast has one target for all rows (3.417070); in the paper's form it is ln 5 as for DeGLA.
  it('of CE-CLIP at step 0, in the paper’s form', async () => {
    const config = { contrastive: 1, textContrast: 0.2, rankTexts: 0.2, margin: null };
    expect(await loss(withTexts(7, 4), config)).toBeCloseTo(3.072517, 5);
  });

  it('of DeGLA at step 0', async () => {
    const config = { contrastive: 1, ownTexts: 0.1, teacherContrast: 0.1, featureDistil: 1.28 };
    expect(await loss(withTeacher(withTexts(7, 4)), config)).toBeCloseTo(3.072517, 5);
  });

  it('of CoN-CLIP: 7 pairs and their negated ones in one softmax', async () => {
    expect(await loss(level(14, 0, 0, scale), { contrastive: 1 })).toBeCloseTo(2.639057, 5);
  });

  it('of CLIC’s joined step', async () => {
    const given = { ...withTexts(7, 1), paraphrases: level(7).texts, paraphraseRows: numbers(7) };
    const config = { contrastive: 0.5, sharedNegatives: false, ownInContrastive: false };
    const all = { ...config, ownTexts: 0.5, paraphraseDistance: 1 };
    expect(await loss(given, all)).toBeCloseTo(0.5 * Math.log(7) + 0.5 * Math.log(2), 5);
  });

  it('of SigLIP with all cosines 0 and a bias of -10', async () => {
    const apart = level(7, 0, 0, { ...scale, logitBias: -10 });
    const given = { ...apart, texts: apart.texts.map(() => [0, 1, 0]) };
    expect(await loss(given, { sigmoid: 1 })).toBeCloseTo(10.000318, 5);
  });

  it('of PyramidCLIP: the floor is the entropy of its targets, at one margin', async () => {
    const axes = (pairs: number) => numbers(pairs).map((i) => numbers(pairs).map((k) => (k === i ? 1 : 0)));
    const given = (margin: number): Batch => ({
      ...level(256, 0, 0, { logitScale: margin }),
      images: axes(256),
      texts: axes(256),
    });
    const floor = await loss(given(6.9276), { softened: 1, softenedShare: 0.2 });
    expect(floor).toBeCloseTo(1.608655, 5);
    for (const margin of [6.5, 7.4]) {
      expect(await loss(given(margin), { softened: 1, softenedShare: 0.2 })).toBeGreaterThan(floor);
    }
  });
});

const everyTerm = {
  ...{ contrastive: 1, ownTexts: 1, ownImages: 1, rankTexts: 1, rankImages: 1, textContrast: 1, hardest: 1 },
  ...{ softTargets: 1, softRelations: 1, softened: 1, complementary: 1 },
  ...{ distil: 1, featureDistil: 1, teacherContrast: 1, paraphrases: 1, paraphraseDistance: 1 },
};
const terms = Object.keys(everyTerm) as (keyof typeof everyTerm)[];

describe('invariants', () => {
  const other = batch(5, 2, 3);
  const full: Batch = {
    ...tangled,
    paraphrases: other.texts.slice(3, 6),
    paraphraseRows: [0, 2, 3],
    teacher: { images: other.images, texts: other.texts, logitScale: 7 },
  };

  it.each(terms)('%s is the same for any order of the pairs', async (term) => {
    const order = [3, 0, 4, 1, 2];
    const where = (n: number) => (n < 5 ? order.indexOf(n) : n);
    const permute = <T>(rows: T[]) => [...order.map((from) => rows[from]!), ...rows.slice(5)];
    const permuted: Batch = {
      ...full,
      images: permute(full.images),
      texts: permute(full.texts),
      imageGroups: permute(full.imageGroups),
      textGroups: permute(full.textGroups),
      weights: permute(full.weights),
      ownTexts: permute(full.ownTexts).map((row) => row.map(where)),
      ownImages: permute(full.ownImages).map((row) => row.map(where)),
      alsoTrue: full.alsoTrue.map(([image, text]) => [where(image), where(text)]),
      paraphraseRows: full.paraphraseRows!.map(where),
      teacher: { images: permute(other.images), texts: permute(other.texts), logitScale: 7 },
    };
    const config = { [term]: 1 };
    expect(await loss(permuted, config)).toBeCloseTo(await loss(full, config), 12);
  });

  it.each(['contrastive', 'ownTexts', 'ownImages', 'textContrast', 'softTargets', 'softened', 'paraphrases'] as const)(
    '%s does not pull at the logit scale when all similarities are equal',
    async (term) => {
      const links = numbers(7).map((row) => [7 + row]);
      const given = level(7, 7, 7, { ownTexts: links, ownImages: links, ...scale });
      const asked = { ...given, paraphrases: level(7).texts, paraphraseRows: numbers(7) };
      const { logitScaleGradient } = await objective(asked, { ...none, [term]: 1 });
      expect(Math.abs(logitScaleGradient)).toBeLessThan(1e-12);
    },
  );

  it('moves no row along the mean of a softmax: its gradient over texts sums to 0 for equal pictures', async () => {
    const given = batch(6, 0, 0);
    const result = await objective({ ...given, images: given.images.map(() => [1, 0, 0]) }, plain);
    const along = (k: number) => numbers(6).reduce((sum, t) => sum + result.textGradients[3 * t + k]!, 0);
    for (const k of [0, 1, 2]) expect(Math.abs(along(k))).toBeLessThan(1e-12);
  });
});
