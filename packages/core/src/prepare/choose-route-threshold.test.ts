import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { binomialAtMost } from '../verify/guarantee.ts';
import { logit, sigmoid } from '../verify/mixture.ts';
import { chooseRouteThreshold, type RouteEvidence } from './choose-route-threshold.ts';

const target = { precision: 0.9, confidence: 0.8, unproved: 'nothing' } as const;

/** Pairs of a route, whose scores say more than is true of them: log-odds too high by `tooSure`. */
function route(count: number, tooSure: number) {
  const random = new Random('route', count);
  const honest = Array.from({ length: count }, () => sigmoid(4 * random.float() - 0.5));
  const right = honest.map((p) => random.float() < p);
  return { right, scores: honest.map((p) => sigmoid(logit(p) + tooSure)) };
}

function labelled({ right, scores }: ReturnType<typeof route>, count: number, seed: number): RouteEvidence {
  const drawn = new Random('labels', seed).shuffle([...scores.keys()]).slice(0, count);
  return { scores, random: new Map(drawn.map((i) => [i, right[i]!])), border: new Map(), simple: true };
}

function precision({ right, scores }: ReturnType<typeof route>, threshold: number): number {
  const kept = right.filter((_, i) => scores[i]! >= threshold);
  return kept.filter(Boolean).length / kept.length;
}

describe('chooseRouteThreshold', () => {
  it.each([
    ['much of a small route', 150, 90],
    ['little of a large one', 3000, 150],
  ])('keeps its guarantee with labels of %s, though the verifier is too sure', (_, size, count) => {
    const pairs = route(size, 3);
    const draws = 300;
    let misses = 0;
    let proofs = 0;
    for (let seed = 0; seed < draws; seed++) {
      const { threshold, promise } = chooseRouteThreshold(labelled(pairs, count, seed), target);
      if (typeof threshold !== 'number') continue;
      expect(promise).toBe('guaranteed');
      proofs++;
      if (precision(pairs, threshold) < target.precision) misses++;
    }
    // So many misses or more would happen by chance once in a hundred times at the promised share.
    expect(1 - binomialAtMost(misses - 1, draws, 1 - target.confidence)).toBeGreaterThan(0.01);
    expect(misses).toBeGreaterThan(0);
    expect(proofs).toBeGreaterThan(draws / 3);
  });

  it('cuts down a route that the verifier is too sure of, by proof and by estimate', () => {
    const pairs = route(2000, 3);
    const mean = pairs.scores.reduce((sum, p) => sum + p, 0) / 2000;
    // The verifier would keep all of it, which misses the target by far.
    expect(mean).toBeGreaterThan(0.95);
    expect(precision(pairs, 0)).toBeLessThan(0.85);
    for (const [count, promise] of [
      [400, 'guaranteed'],
      [12, 'estimated'],
    ] as const) {
      const chosen = chooseRouteThreshold(labelled(pairs, count, 3), { ...target, unproved: 'estimate' });
      expect(chosen.promise).toBe(promise);
      expect(chosen.threshold).not.toBeNull();
      if (chosen.threshold !== false) expect(precision(pairs, chosen.threshold!)).toBeGreaterThan(0.86);
    }
  });

  it('is certain where all pairs are labelled, whoever drew them', () => {
    const scores = [0.9, 0.9, 0.8, 0.7, 0.6];
    const truth = new Map([true, true, true, false, true].map((right, i) => [i, right] as const));
    const border = new Map([...truth].slice(0, 2));
    const random = new Map([...truth].slice(2));
    const counted = chooseRouteThreshold({ scores, random, border, simple: true }, target);
    expect(counted).toMatchObject({ threshold: 0.8, promise: 'guaranteed' });
    const wrong = new Map([...truth.keys()].map((i) => [i, i > 1] as const));
    const none = chooseRouteThreshold({ scores, random: wrong, border: new Map(), simple: true }, target);
    expect(none).toMatchObject({ threshold: false, promise: 'none' });
  });

  it('does as it was told where labels are too few, and says how many it takes', () => {
    const pairs = route(1000, 0);
    const few = { ...labelled(pairs, 5, 0), random: new Map([0, 1, 2].map((i) => [i, true] as const)) };
    const nothing = chooseRouteThreshold(few, target);
    expect(nothing).toMatchObject({ threshold: false, promise: 'none' });
    // 0.9^15 is above a fifth, 0.9^16 below.
    expect(nothing.statement).toContain('It takes 16 or more');
    const blank = { ...few, random: new Map<number, boolean>() };
    expect(chooseRouteThreshold(blank, target)).toMatchObject({ threshold: false });
    const all = chooseRouteThreshold(blank, { ...target, unproved: 'estimate' });
    expect(all).toMatchObject({ threshold: null, promise: 'none' });
    expect(all.statement).toContain('no label of this route');
  });

  it('proves nothing by labels that were drawn for their scores', () => {
    const pairs = route(500, 0);
    const { random } = labelled(pairs, 200, 1);
    const chosen = chooseRouteThreshold(
      { scores: pairs.scores, random: new Map(), border: random, simple: true },
      target,
    );
    expect(chosen.promise).toBe('none');
  });
});
