import { describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { leaveOut, posteriors } from './posteriors.ts';
import type { PictureCandidates } from './retrieve.ts';
import { fitTrust, type KnownPicture, type Trust } from './trust.ts';

const poolSize = 100;
const random = new Random('trust');
const normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());

/** Log-ratios of a verifier that is far too sure: right texts are 2.5 deviations above wrong ones, it says ten. */
function lookUp(id: string, right: string | null): PictureCandidates {
  const texts = Array.from({ length: poolSize }, (_, j) => `text ${j}`);
  const ratios = texts.map((text) => [text, Math.exp(4 * normal() + (text === right ? 10 : 0))] as const);
  return {
    id,
    mean: ratios.reduce((sum, [, ratio]) => sum + ratio, 0) / poolSize,
    best: ratios.toSorted((a, b) => b[1] - a[1]).slice(0, 16),
  };
}

function knownPictures(count: number): KnownPicture[] {
  return Array.from({ length: count }, (_, i) => {
    const text = `text ${i % poolSize}`;
    const right = i % 5 !== 0;
    return {
      found: lookUp(`known ${i}`, right ? text : `text ${(i + 7) % poolSize}`),
      text,
      probability: right ? 1 : 0,
    };
  });
}

describe('fitTrust', () => {
  test.each([1, 0.4])('says how often what it found is right, where a share of %f of the texts is there', (share) => {
    const waiting = Array.from({ length: 2000 }, (_, i) => {
      const right = `text ${(3 * i) % poolSize}`;
      return { right, found: lookUp(`open ${i}`, i / 2000 < share ? right : null), own: null };
    });
    const trust = fitTrust(knownPictures(2000), waiting, poolSize);
    const best = waiting.map(({ right, found }) => {
      const [candidate] = posteriors(found, poolSize);
      return { right: candidate!.text === right, learnt: trust(candidate!), plain: candidate!.probability };
    });
    for (const [from, to] of [
      [0.1, 0.3],
      [0.3, 0.5],
      [0.5, 0.8],
    ] as const) {
      const bin = best.filter(({ learnt }) => learnt >= from && learnt < to);
      const observed = bin.filter(({ right }) => right).length / bin.length;
      const predicted = bin.reduce((sum, { learnt }) => sum + learnt, 0) / bin.length;
      expect(bin.length).toBeGreaterThan(50);
      expect(observed - predicted).toBeGreaterThan(-0.1); // hardly ever too sure
      expect(observed - predicted).toBeLessThan(0.15);
    }
    // What it corrects: the verifier's own posterior promises more than comes true.
    const sure = best.filter(({ plain }) => plain > 0.6);
    const promised = sure.reduce((sum, { plain }) => sum + plain, 0) / sure.length;
    expect(promised - sure.filter(({ right }) => right).length / sure.length).toBeGreaterThan(0.1);
  });

  test('leaves the posterior alone where nothing is known', () => {
    const open = { found: lookUp('open', 'text 1'), own: null };
    const [candidate] = posteriors(open.found, poolSize);
    expect(fitTrust([], [open], poolSize)(candidate!)).toBe(candidate!.probability);
  });

  test('a few known pairs hardly move it', () => {
    const open = { found: lookUp('open', 'text 1'), own: null };
    const trust = fitTrust(knownPictures(2), [open], poolSize);
    for (const candidate of posteriors(open.found, poolSize).slice(0, 3)) {
      expect(Math.abs(trust(candidate) - candidate.probability)).toBeLessThan(0.2);
    }
  });

  test('a text of many pairs is trusted more where only such texts are found', () => {
    const copies = (text: string) => 1 + (Number(text.slice('text '.length)) % 8);
    const known = knownPictures(1000).map((pair) =>
      copies(pair.text) > 6 ? pair : { ...pair, found: leaveOut(pair.found, pair.text, poolSize) },
    );
    const waiting = Array.from({ length: 200 }, (_, i) => ({
      found: lookUp(`open ${i}`, `text ${i % 100}`),
      own: null,
    }));
    const candidate = { ratio: 2e4, probability: 0.5 };
    const trustIn = (trust: Trust, text: string) => trust({ ...candidate, text });
    const trust = fitTrust(known, waiting, poolSize, copies);
    expect(trustIn(trust, 'text 7')).toBeGreaterThan(2 * trustIn(trust, 'text 8'));
    const blind = fitTrust(known, waiting, poolSize);
    expect(trustIn(blind, 'text 7')).toBe(trustIn(blind, 'text 8'));
  });
});
