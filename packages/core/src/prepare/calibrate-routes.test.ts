import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noisy, oracle, verdicts } from '../../test/fixtures/numbers.ts';
import { labelPage } from '../verify/page/label-page.ts';
import { labelLines } from '../verify/page/label-script.ts';
import type { LabelLine } from '../verify/read-labels.ts';
import { requirePlainLabels } from '../verify/read-labels.ts';
import { calibrateRoutes } from './calibrate-routes.ts';
import { keptPairsToLabel } from './kept-pairs-to-label.ts';
import { prepare } from './prepare.ts';
import { readThresholds, writeThresholds } from './route-thresholds.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-routes-'));
  await prepare({ source: noisy, verifier: oracle().verifier, dir });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Everything is right but matches, and the first repair. */
async function labelled(): Promise<LabelLine[]> {
  const pairs = await keptPairsToLabel(dir);
  return pairs.map(({ id, kept }) => ({ id, right: kept!.route !== 'match' && id !== 'pair-0', kept: kept! }));
}

test('pairs to label are those that the folder keeps, by route, with their new texts', async () => {
  const pairs = await keptPairsToLabel(dir);
  expect(
    Object.entries(Object.groupBy(pairs, ({ kept }) => kept!.route))
      .map(([route, all]) => [route, all!.length])
      .sort(),
  ).toEqual([
    ['keep', 20],
    ['match', 3],
    ['repair', 10],
  ]);
  expect(pairs.find(({ id }) => id === 'pair-0')).toMatchObject({
    text: 'number 0',
    kept: { route: 'repair', drawn: 'random' },
  });
  const some = await keptPairsToLabel(dir, { routes: ['keep'], count: 5, border: 2 });
  expect(some.map(({ kept }) => kept!.drawn).sort()).toEqual([
    'border',
    'border',
    'random',
    'random',
    'random',
    'random',
    'random',
  ]);
  // What the page gives has the marks, and calibrate of the source refuses it.
  const page = await labelPage(some);
  const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(page)![1]!);
  const path = join(dir, 'labels.jsonl');
  await writeFile(path, labelLines([{ id: some[0]!.id, right: true }], data.pairs));
  await expect(requirePlainLabels(path)).rejects.toThrow(/labels by route alone/);
  const report = await calibrateRoutes(dir, { labels: path });
  expect(report.routes.find(({ route }) => route === 'keep')).toMatchObject({ labels: 1, promise: 'none' });
});

test('each route gets its own threshold, prepare obeys them, and verdicts say so', async () => {
  const report = await calibrateRoutes(dir, { labels: await labelled(), target: { precision: 0.85 } });
  const by = Object.fromEntries(report.routes.map((each) => [each.route, each]));
  expect(by.keep).toMatchObject({ promise: 'guaranteed', offered: 20, kept: 20, right: 20 });
  expect(by.match).toMatchObject({ promise: 'none', threshold: false, kept: 0, right: 0 });
  expect(by.repair).toMatchObject({ offered: 10, right: 9 });
  const path = join(dir, 'mine.json');
  await writeThresholds(path, report.thresholds);
  const threshold = await readThresholds(path);
  expect(threshold).toEqual(report.thresholds);

  const { verifier, asked } = oracle();
  const prepared = await prepare({ source: noisy, verifier, dir, threshold });
  expect(asked).toEqual({ score: 0, logOdds: 0 });
  expect(prepared.length).toBe(20 + by.repair!.kept);
  const all = await verdicts(prepared);
  const none = { kept: false, threshold: false, reason: expect.stringMatching(/nothing of the route match is kept$/) };
  expect(all.get('picture-3')).toMatchObject(none);
  expect(all.get('text-1')).toMatchObject(none);
  expect(all.get('pair-1')).toMatchObject({ kept: true, threshold: by.keep!.threshold });
  expect(all.get('pair-1')!.reason).toContain('the threshold of the route keep');

  // One threshold for all gives the folder that it gave before, to the byte.
  const alone = join(dir, 'alone');
  const first = await prepare({ source: noisy, verifier: oracle().verifier, dir: alone });
  const again = await prepare({
    source: noisy,
    verifier: oracle().verifier,
    dir: alone,
    threshold: { base: 0.9, byRoute: {} },
  });
  expect(again.manifestHash).toBe(first.manifestHash);
  expect((await verdicts(first)).get('pair-1')).not.toHaveProperty('threshold');
});

test('labels of other pairs are left out, and said; without others there is nothing to calibrate', async () => {
  const strangers: LabelLine[] = [
    { id: 'pair-1', right: true, kept: { route: 'keep', pair: 'of another folder', drawn: 'random' } },
    { id: 'nobody', right: true },
  ];
  await expect(calibrateRoutes(dir, { labels: strangers })).rejects.toMatchObject({ code: 'not-enough-data' });
  // As the source delivered it: good for the route keep.
  const report = await calibrateRoutes(dir, { labels: [...strangers, { id: 'pair-1', right: true }] });
  expect(report.strangers).toBe(2);
  expect(report.routes[0]).toMatchObject({ route: 'keep', labels: 1, random: 1 });
  const wrong = { base: 0.5, byRoute: { repiar: 0.9 } } as never;
  await expect(prepare({ source: noisy, verifier: oracle().verifier, dir, threshold: wrong })).rejects.toThrow(
    /repair/,
  );
});
