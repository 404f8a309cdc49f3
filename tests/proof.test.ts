import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setThreads, Tokenizer } from '@anagram/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noisyData } from '../benchmarks/composition/noisy-data.ts';
import { type Result, readCurves, readOutcomes, readResults } from '../benchmarks/composition/results.ts';
import { type RowOptions, runRow } from '../benchmarks/composition/run-row.ts';
import { openWorld } from '../benchmarks/composition/worlds.ts';

let root: string;
let options: Omit<RowOptions, 'out'>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-proof-'));
  await setThreads(1);
  const world = await openWorld('shapes');
  options = {
    world,
    tokenizer: Tokenizer.train([...(world.training.texts() as Iterable<string>)].slice(0, 2000), { vocabSize: 600 }),
    row: 'anagram',
    seed: 1,
    steps: 6,
    work: join(root, 'work'),
    command: 'npm run proof -- --rows anagram',
    commit: 'abc',
    perCategory: 4,
    gallery: 12,
    perClass: 1,
    curveEvery: 3,
    curveItems: 2,
  };
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('writes a row in the documented shape, with its curve and its decisions', async () => {
  const out = await mkdtemp(join(root, 'out-'));
  await runRow({ ...options, out });
  const { shapes } = await readResults(out);
  expect(shapes).toMatchObject([
    {
      objective: 'anagram',
      structure: 'off',
      seed: 1,
      steps: 6,
      imagesSeen: 6 * 64,
      commit: 'abc',
    },
  ]);
  const groups = Object.values(shapes![0]!.categories).map(({ group }) => group);
  expect(groups.length).toBe(9);
  expect(shapes![0]!.mean).toBeCloseTo(groups.reduce((sum, group) => sum + group, 0) / 9, 12);
  expect((await readCurves(out)).map(({ step }) => step)).toEqual([3, 6]);
  expect(Object.keys((await readOutcomes(out))[0]!.tasks)).toEqual(['shapes', 'shapes retrieval']);
});

it('goes on after an abort to the same figures', async () => {
  const [whole, stopped] = [await mkdtemp(join(root, 'out-')), await mkdtemp(join(root, 'out-'))];
  await runRow({ ...options, out: whole });
  const controller = new AbortController();
  const onEvent: RowOptions['onEvent'] = (event) => {
    if (event.type === 'step-end' && event.step === 4) controller.abort(new Error('stop'));
  };
  await expect(runRow({ ...options, out: stopped, signal: controller.signal, onEvent })).rejects.toThrow('stop');
  expect(await readResults(stopped)).toEqual({});
  const resumed: number[] = [];
  await runRow({
    ...options,
    out: stopped,
    onEvent: (event) => event.type === 'run-start' && resumed.push(event.resumedFrom),
  });
  expect(resumed).toEqual([4]);
  for (const file of ['results.json', 'curves.jsonl', 'outcomes.jsonl']) {
    expect(await readFile(join(stopped, file), 'utf8')).toBe(await readFile(join(whole, file), 'utf8'));
  }
});

it("trains the sigmoid loss on SigLIP's towers, which have its bias", async () => {
  const out = await mkdtemp(join(root, 'out-'));
  await runRow({ ...options, out, row: 'siglip' });
  expect((await readResults(out)).shapes).toMatchObject([{ row: 'siglip', objective: 'siglip', imagesSeen: 6 * 64 }]);
});

describe('a row of the noisy corpus', () => {
  const noise = { lostTexts: 0.1, lostImages: 0.1, wrong: 0.1 };
  const noisy = {
    count: 300,
    noise,
    seed: 1,
    verifier: { epochs: 2, folds: 2, batchSize: 32, vocabSize: 600 },
  };

  it('trains on the pairs that the noise left, wrong ones too, and says so', async () => {
    const out = await mkdtemp(join(root, 'out-'));
    await runRow({ ...options, out, row: 'noisy-raw', noisy });
    const [{ data, imagesSeen }] = (await readResults(out)).shapes as [Result];
    expect(data).toMatchObject({ records: 300, pairs: 240, right: 0.9, recall: 1, preparation: null });
    expect(data!.withNegatives).toBeGreaterThan(0.5);
    expect(imagesSeen).toBe(6 * 64);
  });

  it('has its data prepared without a label, measured against the truth, and made once for every seed', async () => {
    const { world, work } = options;
    const wanted = { world, data: 'prepared', settings: noisy, work } as const;
    const [{ pairs, figures }, again] = await Promise.all([noisyData(wanted), noisyData({ ...wanted })]);
    expect(again.pairs).toBe(pairs);
    const { auroc, threshold, routes } = figures.preparation!;
    expect(threshold).toBeGreaterThan(0);
    expect(auroc).toBeGreaterThan(0.6);
    expect(figures.right).toBeGreaterThan(0.9);
    expect(Object.values(routes).reduce((sum, { kept }) => sum + kept, 0)).toBe(figures.pairs);
    expect(pairs.length).toBe(figures.pairs);

    const restored = await noisyData({ ...wanted, data: 'restored', models: { accuracy: 0.8, answers: 1 } });
    const generated = restored.figures.preparation!.routes;
    expect(generated.keep).toEqual(routes.keep); // by the same verifier
    const added = ['repair', 'caption', 'illustrate'].reduce((sum, route) => sum + (generated[route]?.kept ?? 0), 0);
    expect(added).toBeGreaterThan(0);
    expect(restored.pairs.length).toBeGreaterThan(pairs.length);
  });
});

it('skips what is done, unless it is asked for again', async () => {
  const out = await mkdtemp(join(root, 'out-'));
  const sizes = ['--per-category', '2', '--gallery', '6', '--curve-every', '2', '--curve-items', '2'];
  const main = new URL('../benchmarks/composition/main.ts', import.meta.url).pathname;
  const args = [
    '--rows',
    'clip',
    '--world',
    'shapes',
    '--steps',
    '2',
    '--out',
    out,
    '--work',
    join(root, 'cli'),
    ...sizes,
  ];
  const proof = async (...more: string[]) =>
    (await promisify(execFile)(process.execPath, ['--conditions=@anagram/source', main, ...args, ...more])).stdout;
  expect(await proof()).toMatch(/^shapes clip seed 1, 2 steps: done in/);
  const first = await readFile(join(out, 'results.json'), 'utf8');
  expect(await proof()).toBe('shapes clip seed 1, 2 steps: done before; --again repeats it\n');
  expect(await proof('--again')).toMatch(/done in/);
  expect(await readFile(join(out, 'results.json'), 'utf8')).toBe(first);
});
