import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const path = join(import.meta.dirname, '../anagram-demo/results.json');
if (!existsSync(path)) console.warn('skipped: no figures of the demo; `npm run demo` writes them');

/**
 * What the demo has to reach on the vendor that was held out of all training. `sameOptimizer` is the gain over CLIP with Anagram's
 * optimizer, which is no mark of its own but tells whether the gain is the objective's.
 */
const marks = {
  quick: { mean: 0.6, gain: 0.15, sameOptimizer: 0.1, recallAt1: -0.1, auroc: 0.8, precision: 0, recall: 0 },
  full: { mean: 0.85, gain: 0.25, sameOptimizer: 0.15, recallAt1: 0, auroc: 0.9, precision: 0.95, recall: 0.72 },
} as const;

describe.skipIf(!existsSync(path))('the figures that the demo left behind', () => {
  const results = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const { anagram, clip, clipMuon } = results.composition ?? {};
  const mark = marks[results.mode as keyof typeof marks];

  it('show that composition was learned, and by Anagram more than by plain CLIP', () => {
    expect(anagram.mean).toBeGreaterThanOrEqual(mark.mean);
    expect(anagram.mean - clip.mean).toBeGreaterThanOrEqual(mark.gain);
    expect(anagram.mean - clipMuon.mean).toBeGreaterThanOrEqual(mark.sameOptimizer);
  });

  it('show what composition costs in retrieval', () => {
    expect(anagram.recallAt1 - clip.recallAt1).toBeGreaterThanOrEqual(mark.recallAt1);
  });

  it('show that wrong pairs were found', () => {
    const { auroc, precision, recall } = results.verification;
    expect(auroc).toBeGreaterThanOrEqual(mark.auroc);
    expect(precision).toBeGreaterThanOrEqual(mark.precision);
    expect(recall).toBeGreaterThanOrEqual(mark.recall);
  });

  it('are whole: every category with its three scores and its number of items', () => {
    for (const { categories, mean } of [anagram, clip, clipMuon]) {
      const rows = Object.values(categories) as { text: number; image: number; group: number; n: number }[];
      expect(rows.length).toBeGreaterThanOrEqual(8);
      for (const { text, image, group, n } of rows) {
        expect(group).toBeLessThanOrEqual(Math.min(text, image));
        expect(n).toBeGreaterThanOrEqual(100);
      }
      expect(mean).toBeCloseTo(rows.reduce((sum, { group }) => sum + group, 0) / rows.length, 9);
    }
  });
});
