import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { type Calibration, sweepThresholds } from './calibration.ts';
import { sigmoid } from './mixture.ts';
import { ratesAtThresholds } from './rates-at.ts';

const calibration: Calibration = {
  ...{ weights: { vit: 1 }, bias: 0, scale: 1.1, offset: -0.2, covariance: [0.01, 0.002, 0.04] },
  ...{ baseRate: 0.7, labels: 100, threshold: null },
};

describe('ratesAtThresholds', () => {
  it('says at every score what the sweep over all of them says, in whatever order it is asked', () => {
    const random = new Random('rates');
    const logOdds = Float64Array.from({ length: 300 }, () => 8 * random.float() - 3);
    const sweep = sweepThresholds(calibration, logOdds);
    const thresholds = random.shuffle(sweep.map(({ threshold }) => threshold));
    const rates = ratesAtThresholds({ probabilities: logOdds.map(sigmoid), thresholds, calibration });
    for (const [k, threshold] of thresholds.entries()) {
      const point = sweep.find((each) => each.threshold === threshold)!;
      expect(rates[k]!.kept).toBe(point.kept);
      for (const name of ['share', 'precision', 'recall', 'precisionError'] as const) {
        expect(rates[k]![name]).toBeCloseTo(point[name], 9);
      }
    }
  });

  it('keeps what stands exactly at the threshold, and says nothing of what is not there', () => {
    const probabilities = [0.73, 0.2, 1, 0];
    const [all, at, above, none] = ratesAtThresholds({
      probabilities,
      thresholds: [0, 0.73, 0.7301, 1.1],
      calibration,
    });
    expect([all, at, above, none].map((each) => each!.kept)).toEqual([4, 2, 1, 0]);
    expect(at).toMatchObject({ share: 0.5, precision: 0.865 });
    expect(none!.precision).toBeNaN();
    expect(Number.isFinite(all!.precisionError)).toBe(true);
    expect(ratesAtThresholds({ probabilities, thresholds: [0.5] })[0]!.precisionError).toBeNull();
  });
});
