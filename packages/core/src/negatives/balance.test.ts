import { describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { balance } from './balance.ts';

const random = new Random('balance.test');
const colours = ['red', 'blue', 'green', 'black'] as const;
const things = ['car', 'dog', 'house', 'tree', 'hat', 'boat', 'cup'];

type Candidate = { category: 'colour' | 'negation'; text: string };
const recolour = (caption: string, to: string): Candidate => ({
  category: 'colour',
  text: caption.replace(/^a \w+/, `a ${to}`),
});
const deny = (caption: string): Candidate => ({ category: 'negation', text: `no ${caption}` });

/** Captions are red two times of three; a careless writer makes them blue or denies them. */
const groups = Array.from({ length: 500 }, (_, i) => {
  const colour = random.float() < 0.66 ? 'red' : random.pick(colours);
  const caption = `a ${colour} ${random.pick(things)} in place ${i % 50}`;
  const others = colours.filter((other) => other !== colour).reverse();
  return { caption, candidates: [...others.map((to) => recolour(caption, to)), deny(caption)] };
});

const balanced = await balance(groups, { perGroup: 2, most: 0.55, seed: 0 });

describe('balance', () => {
  test('takes the first of every category where nothing is asked', async () => {
    const { chosen, keptAfter } = await balance(groups, { perGroup: 2, most: null, seed: 0 });
    expect(keptAfter).toBe(1000);
    expect(chosen[0]).toEqual([groups[0]!.candidates[0], groups[0]!.candidates.at(-1)]);
  });

  test('leaves a set that a classifier trained anew cannot tell from its captions', () => {
    const { before, after, keptAfter } = balanced;
    expect(before!.paired).toBeGreaterThan(0.7);
    expect(Math.max(after!.auroc, after!.paired)).toBeLessThanOrEqual(0.55);
    expect(keptAfter).toBeGreaterThan(100);
  });

  test('gives up what no caption balances, and keeps what another change takes back', () => {
    const kept = balanced.chosen.flat();
    expect(kept.filter(({ category }) => category === 'negation').length).toBeLessThan(40);
    expect(kept.filter(({ category }) => category === 'colour').length).toBeGreaterThan(100);
  });

  test('gives the same for the same seed, and at most one of a category', async () => {
    expect(await balance(groups, { perGroup: 2, most: 0.55, seed: 0 })).toEqual(balanced);
    for (const each of balanced.chosen) expect(new Set(each.map(({ category }) => category)).size).toBe(each.length);
  });

  test('leaves sets alone that are too small to tell', async () => {
    const few = groups.slice(0, 40);
    expect((await balance(few, { perGroup: 2, most: 0.55, seed: 0 })).keptAfter).toBe(80);
  });
});
