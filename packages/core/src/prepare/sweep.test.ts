import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../image/encode.ts';
import type { SourceRecord } from '../pair.ts';
import { defineSource } from '../source/define-source.ts';
import type { Calibration } from '../verify/calibration.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { prepare } from './prepare.ts';
import { preparedPairsToLabel } from './prepared-pairs-to-label.ts';
import { sweep } from './sweep.ts';
import { sweepPage } from './sweep-page.ts';

const count = 40;
const text = (i: number) => `text ${i} of <b>`;
const grey = (i: number) => ({
  width: 8,
  height: 8,
  data: new Uint8Array(8 * 8 * 3).map((_, at) => (i * 6 + at * i) % 256),
});

/** Pair i has the log-odds (i − 20) / 4: i = 20 stands at an even chance. Every tenth record is alone. */
const source = defineSource({
  name: 'numbers',
  settings: {},
  records: () =>
    Array.from({ length: count }, (_, i): SourceRecord => {
      const image = { name: `${i}.png`, bytes: () => encodePng(grey(i)) };
      return { id: `pair-${i}`, ...(i % 10 !== 3 && { image }), text: text(i) };
    }),
});
const verifier: PairVerifier = {
  id: 'numbers',
  ...{ imageSize: null, threshold: 0.5, baseRate: 0.5 },
  score: async (pairs) =>
    pairs.map((pair) => {
      const score = (Number(/\d+/.exec(pair.text)![0]) - 20) / 4;
      return { score, probability: 1 / (1 + Math.exp(-score)), byTower: { vit: score } };
    }),
};
const calibration: Calibration = {
  ...{ weights: { vit: 1 }, bias: 0, scale: 1, offset: 1, covariance: [0.01, 0, 0.04] },
  ...{ baseRate: 0.6, labels: 50, threshold: 0.6 },
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-sweep-'));
  await prepare({ source, verifier, dir, near: false });
});
afterAll(() => rm(dir, { recursive: true }));

describe('sweep', () => {
  it('names the pairs on both sides of the border, nearest first', async () => {
    const [row] = await sweep(dir, { thresholds: [0.5], examples: 2 });
    expect(row).toMatchObject({ kept: 18, share: 0.5, pairs: 36, records: 40, precisionError: null });
    expect(row!.border).toEqual({ kept: ['pair-20', 'pair-21'], rejected: ['pair-19', 'pair-18'] });
    expect(row!.byRoute).toMatchObject({ keep: 18, rejected: 22 });
  });

  it('judges by a calibration that came later, and tells how far it may err', async () => {
    const [before] = await sweep(dir, { thresholds: [0.5] });
    const [after] = await sweep(dir, { thresholds: [0.5], calibration });
    expect(after!.kept).toBe(before!.kept + 4);
    expect(after!.precisionError).toBeGreaterThan(0);
    const foreign = { ...calibration, weights: { cnn: 1 } };
    await expect(sweep(dir, { calibration: foreign })).rejects.toMatchObject({ code: 'model-mismatch' });
  });

  it('says where nothing was prepared, and which setting is none', async () => {
    await expect(sweep(join(dir, 'none'))).rejects.toMatchObject({ code: 'source-failed' });
    await expect(sweep(dir, { thresholds: [2] })).rejects.toMatchObject({ code: 'invalid-options' });
  });
});

describe('sweepPage', () => {
  it('holds the figures of every threshold, and pairs as they were delivered', async () => {
    const labels = { 'pair-25': true, 'pair-10': false, 'pair-11': null, stranger: true };
    const html = await sweepPage(dir, { labels, calibration });
    expect(html).toContain('36 scored pairs of 40 records, 2 of them labelled');
    expect(html.match(/class="card/g)!.length).toBe(36);
    expect(html.match(/src="data:image\/webp/g)!.length).toBe(36);
    expect(html).toContain('text 7 of &#60;b&#62;');
    const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]!);
    const rows = await sweep(dir, { thresholds: data.threshold, calibration });
    expect(data.kept).toEqual(rows.map(({ kept }) => kept));
    expect(data.routes.rejected).toEqual(rows.map(({ byRoute }) => byRoute.rejected));
    expect(data.threshold[data.start]).toBe(0.6);
    expect(html).toContain('1 that nobody could judge');
  });
});

it('the page shows captions that were refused beside their pictures', async () => {
  const image = { name: 'a', bytes: () => encodePng(grey(7)) };
  const lone = defineSource({ name: 'lone', settings: {}, records: () => [{ id: 'alone', image }] });
  const captioner = { id: 'writer', caption: async () => ['text 3 of nothing'] };
  const own = join(dir, 'lone');
  await prepare({ source: lone, verifier, dir: own, captioner });
  const html = await sweepPage(own);
  const section = /<section id="refused">.*?<\/section>/s.exec(html)![0];
  expect(section).toMatch(/<h4>0\.0141<\/h4>.*src="data:image\/webp.*text 3 of nothing.*alone.*writer/s);
  const byRoute = join(dir, 'by-route');
  const threshold = { base: 0.001, byRoute: { caption: false } } as const;
  await prepare({ source: lone, verifier, dir: byRoute, captioner, threshold });
  expect(await sweepPage(byRoute)).toMatch(/id="refused".*text 3 of nothing/s);
  expect(await sweepPage(dir)).not.toContain('Refused texts');
});

it('preparedPairsToLabel gives pairs with the texts that they came with, from every part of the scale', async () => {
  const drawn = await preparedPairsToLabel(dir, { count: 9, seed: 4 });
  expect(drawn).toEqual(
    drawn.map(({ id }) => ({ id, text: text(Number(id.slice(5))), image: expect.objectContaining({}) })),
  );
  const places = drawn.map(({ id }) => Number(id.slice(5))).sort((a, b) => a - b);
  expect(places[0]).toBeLessThan(5);
  expect(places[8]).toBeGreaterThan(34);
  expect(Buffer.from(await drawn[0]!.image.bytes())).toEqual(
    Buffer.from(await encodePng(grey(Number(drawn[0]!.id.slice(5))))),
  );
});
