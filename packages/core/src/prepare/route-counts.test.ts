import { expect, it } from 'vitest';
import type { Verdict } from '../pair.ts';
import { Random } from '../random.ts';
import { countRoutes } from './route-counts.ts';

const random = new Random('routes');
const ran = 0.5;

/** A verdict as a run at `ran` gives them. */
function verdict(k: number): Verdict {
  const score = Math.round(random.float() * 100) / 100;
  const found = { text: 't', score: ran + Math.round(random.float() * 50) / 100, partner: null, by: 'x' };
  const accepted = k % 3 === 0;
  const base = { id: `${k}`, reason: '', byTower: null, repaired: null };
  if (k % 10 === 0) return { ...base, route: 'duplicate', kept: false, score };
  if (k % 10 === 1) return { ...base, route: 'unreadable', kept: false, score: null };
  if (k % 10 === 2)
    return { ...base, route: 'caption', kept: accepted, score: null, repaired: accepted ? found : null };
  if (score >= ran) return { ...base, route: 'keep', kept: true, score };
  return { ...base, route: 'repair', kept: accepted, score, repaired: accepted ? found : null };
}
const verdicts = Array.from({ length: 500 }, (_, k) => verdict(k));

it('gives every record one place at every threshold, and at that of the run the place it had', () => {
  const thresholds = [0.9, 0, ran, 1, 0.25];
  const counts = countRoutes(verdicts, thresholds);
  for (const each of counts) expect(Object.values(each).reduce((sum, n) => sum + n, 0)).toBe(verdicts.length);
  const had = (test: (verdict: Verdict) => boolean) => verdicts.filter(test).length;
  expect(counts[2]).toEqual({
    keep: had(({ route }) => route === 'keep'),
    repair: had(({ route, kept }) => route === 'repair' && kept),
    match: 0,
    caption: had(({ route, kept }) => route === 'caption' && kept),
    illustrate: 0,
    untried: 0,
    rejected: had(({ route, kept }) => !kept && (route === 'repair' || route === 'caption')),
    duplicate: 50,
    unusable: 50,
  });
});

it('counts as kept what reaches the threshold, as delivered before anything else, and tells what no run has tried', () => {
  const [strict, loose] = countRoutes(verdicts, [0.8, 0.2]);
  const kept = verdicts.filter(({ route }) => route === 'keep');
  expect(strict!.keep).toBe(kept.filter(({ score }) => score! >= 0.8).length);
  expect(strict!.untried).toBe(kept.length - strict!.keep);
  expect(strict!.repair).toBe(verdicts.filter((v) => v.route === 'repair' && (v.repaired?.score ?? 0) >= 0.8).length);
  const repairs = verdicts.filter(({ route }) => route === 'repair');
  expect(loose!.keep).toBe(kept.length + repairs.filter(({ score }) => score! >= 0.2).length);
  expect(loose!.repair).toBe(repairs.filter(({ score, repaired }) => score! < 0.2 && repaired).length);
});
