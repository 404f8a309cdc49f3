import { describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { logit, sigmoid } from '../verify/mixture.ts';
import { fitAcceptance } from './accept.ts';
import type { Generated } from './generate.ts';

const threshold = 0.9;
/** What each tower tells: standard deviations between right and wrong pairs. */
const separation = { sharp: 3, middling: 2, dull: 1 } as const;
type Tower = keyof typeof separation;
const towers = Object.keys(separation) as Tower[];

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
}

/** Towers that err independently of each other, fused as well as can be. */
function scoreOf(right: boolean, random: Random, baseRate: number) {
  const byTower = Object.fromEntries(
    towers.map((tower) => [tower, (right ? separation[tower] : 0) + gauss(random)]),
  ) as Record<Tower, number>;
  const score = towers.reduce(
    (sum, tower) => sum + separation[tower] * (byTower[tower] - separation[tower] / 2),
    logit(baseRate),
  );
  return { score, probability: sigmoid(score), byTower };
}

function corpus(baseRate: number, count = 3000) {
  const random = new Random('corpus');
  return Array.from({ length: count }, () => scoreOf(random.float() < baseRate, random, baseRate));
}

/** Four candidates for each record, each right with this chance; the text says which. */
function offers(chance: number, baseRate: number, records = 2000): Map<string, Generated> {
  const random = new Random('offers', String(chance));
  return new Map(
    Array.from({ length: records }, (_, i) => {
      const candidates = Array.from({ length: 4 }, () => {
        const right = random.float() < chance;
        return { text: right ? 'right' : 'wrong', ...scoreOf(right, random, baseRate) };
      });
      return [String(i), { id: String(i), candidates }] as const;
    }),
  );
}

function precision(kept: readonly { readonly text: string }[]): number {
  return kept.filter(({ text }) => text === 'right').length / kept.length;
}

describe('of several candidates', () => {
  const accept = fitAcceptance(corpus(0.7));

  test('the tower that the others can best do without chooses, and has no part in the probability', () => {
    const candidate = (sharp: number, middling: number, dull: number) => ({
      ...{ text: String(dull), probability: 0.5, byTower: { sharp, middling, dull } },
    });
    const offered = new Map([['a', { id: 'a', candidates: [candidate(3, 2, 1), candidate(0, 0, 2)] }]]);
    const same = new Map([['a', { id: 'a', candidates: [candidate(0, 0, 9)] }]]);
    const choice = accept(offered).get('a')!;
    expect(choice).toMatchObject({ candidate: { text: '2' }, chooser: 'dull', of: 2 });
    expect(accept(same).get('a')!.probability).toBe(choice.probability);
  });

  test.each([0.02, 0.1, 0.5])(
    'what is accepted of a generator that is right in %d of its answers keeps the threshold',
    (chance) => {
      const kept = [...accept(offers(chance, 0.7)).values()].filter(({ probability }) => probability >= threshold);
      expect(kept.length).toBeGreaterThan(0);
      expect(precision(kept.map(({ candidate }) => candidate))).toBeGreaterThan(threshold);
    },
  );

  test('the best by the score that accepts would not keep it', () => {
    const best = [...offers(0.02, 0.7).values()].map(({ candidates }) =>
      candidates.reduce((a, b) => (b.probability > a.probability ? b : a)),
    );
    expect(precision(best.filter(({ probability }) => probability >= threshold))).toBeLessThan(0.7);
  });

  test('a generator that is right more often than the corpus is given no credit for it', () => {
    const probabilities = [...accept(offers(0.99, 0.7)).values()].map(({ probability }) => probability);
    const mean = probabilities.reduce((sum, p) => sum + p, 0) / probabilities.length;
    expect(mean).toBeLessThan(0.99);
    expect(mean).toBeGreaterThan(0.9);
  });
});

test('where there is one score alone, its odds are divided by the number of candidates', () => {
  const one = corpus(0.7).map(({ score, probability }) => ({ score, probability, byTower: { only: score } }));
  const candidates = [0.5, 0.75, 0.2].map((probability) => ({
    text: String(probability),
    probability,
    byTower: { only: 0 },
  }));
  const choice = fitAcceptance(one)(
    new Map([
      ['a', { id: 'a', candidates }],
      ['b', { id: 'b', candidates: [] }],
    ]),
  );
  expect([...choice]).toEqual([['a', { candidate: candidates[1], probability: 0.5, chooser: null, of: 3 }]]);
});
