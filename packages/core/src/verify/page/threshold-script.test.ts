import { describe, expect, it } from 'vitest';
import { figuresAt, findStop } from './threshold-script.ts';
import { thresholdData } from './threshold-view.ts';

const scored = [0.95, 0.9, 0.8, 0.6, 0.3].map((probability, i) => ({
  id: `${i}`,
  probability,
  ...(i < 4 && { right: i !== 2 }),
}));
const data = thresholdData({
  scored,
  stops: [0, 0.5, 0.7, 0.85, 0.99],
  opensAt: 0.7,
  examples: scored,
  calibration: null,
  routes: { keep: [5, 4, 3, 2, 0] },
  caution: 0,
  command: 'x --threshold {threshold}',
});

describe('figuresAt', () => {
  it('tells what a stop keeps, expects and measures', () => {
    expect(figuresAt(data, data.start)).toEqual({
      threshold: '0.7',
      kept: '3',
      share: '60.0 % of 5 scored pairs',
      precision: '0.883',
      error: 'right among kept',
      recall: '0.746',
      command: 'x --threshold 0.7',
      measured: '0.667',
      interval: '95 % [0.208, 0.939] of 3 kept labels',
      'route-keep': '3',
    });
  });

  it('shows a dash where nothing is kept', () => {
    expect(figuresAt(data, 4)).toMatchObject({ kept: '0', precision: '–', measured: '–', recall: '0.000' });
  });
});

describe('findStop', () => {
  const at = (of: string, share: number, from = data) => {
    const found = findStop(from, { of, share });
    return [found.reached, from.threshold[found.at]];
  };

  it('takes the loosest threshold for a precision, and the strictest for recall and share', () => {
    expect(at('precision', 0.8)).toEqual([true, 0.5]);
    expect(at('recall', 0.7)).toEqual([true, 0.7]);
    expect(at('keep', 0.8)).toEqual([true, 0.5]);
  });

  it('comes as near as it can where no threshold reaches the target', () => {
    expect(at('precision', 0.999)).toEqual([false, 0.85]);
  });

  it('stays so many standard errors above a precision', () => {
    const cautious = { ...data, error: data.threshold.map(() => 0.05), caution: 1 };
    expect(at('precision', 0.8, cautious)).toEqual([true, 0.7]);
  });
});
