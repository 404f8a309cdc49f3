import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ClipModel, interpolate, setThreads, Tokenizer, type TrainResult, train, writeAtomic } from '@anagram/core';
import { emojiScenes, loadArtwork, type SceneCategory } from '@anagram/worlds/emoji-scenes';
import { currentCommit } from '../composition/commit.ts';
import { contenders } from '../composition/contenders.ts';
import { between } from '../composition/render-table.ts';
import { sharedSettings } from '../composition/run-row.ts';
import { scoreModel } from '../composition/score-model.ts';
import { openWorld } from '../composition/worlds.ts';
import { chooseTrial, type Key, type Results, renderRows, renderTrade, renderTrials, sameKey } from './trade.ts';
import { type Variant, type VariantName, variants } from './variants.ts';

/** Fine-tuning for composition, as the trade that it is: `node benchmarks/fine-tuning/run.ts`; README.md says more. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2' },
    work: { type: 'string', default: '.cache/fine-tuning' },
  },
});
const out = import.meta.dirname;
const seeds = values.seeds.split(',').map(Number);
if (!seeds.every(Number.isInteger)) throw new Error(`Expected whole numbers as --seeds; received ${values.seeds}.`);

/** One vendor of the three that pretraining knows, half of the categories, a finite set. */
const narrow = {
  vendors: ['noto'],
  categories: ['colour', 'quantity', 'relative-position', 'relative-size'] satisfies SceneCategory[],
  count: 3000,
  seed: 11,
} as const;
/** Tried with `outside` alone, on validation; the best is every variant's. */
const tried = { learningRates: [3e-5, 1e-4, 3e-4], steps: [200, 400] } as const;
const alphas = [0.25, 0.5, 0.75, 1] as const;
const measure = { perCategory: 200, gallery: 300, perClass: 3 } as const;

const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('interrupted')));
const { signal } = controller;
const about = { command: `node benchmarks/fine-tuning/run.ts --seeds ${values.seeds}`, commit: currentCommit(out) };
const file = join(out, 'results.json');
let results: Results = JSON.parse(await readFile(file, 'utf8').catch(() => '{"trials": [], "rows": []}'));

await setThreads(1);
const world = await openWorld('emoji', { signal });
const artwork = await loadArtwork({ signal });
const pairs = emojiScenes({ ...narrow, artwork, split: 'train' });
let pretrained: Promise<TrainResult> | undefined;

try {
  const trial = { variant: 'outside', seed: 1, alpha: 1 } as const;
  for (const steps of tried.steps) {
    for (const learningRate of tried.learningRates) await score('trials', { ...trial, learningRate, steps });
  }
  const { learningRate, steps } = chooseTrial(results.trials);
  await score('rows', { variant: 'start', seed: 1, learningRate: 0, steps: 0, alpha: 0 });
  for (const seed of seeds) {
    for (const [variant, { sweep = false }] of Object.entries(variants) as [VariantName, Variant][]) {
      for (const alpha of sweep ? alphas : [1]) await score('rows', { variant, seed, learningRate, steps, alpha });
    }
  }
  await writePage();
} catch (error) {
  if (!signal.aborted) throw error;
  console.error('stopped; the same command goes on');
  process.exitCode = 130;
}

/** Adds a figure to the results, unless it stands there. */
async function score(list: keyof Results, key: Key): Promise<void> {
  signal.throwIfAborted();
  if (results[list].some((row) => sameKey(row, key))) return;
  const started = performance.now();
  pretrained ??= pretrain();
  const start = await pretrained;
  const { modelDir: tuned, imagesSeen } = key.variant === 'start' ? { ...start, imagesSeen: 0 } : await tune(key);
  await using model = await interpolate({ start: start.modelDir, tuned, alpha: key.alpha, signal });
  const { scores: validation } = await scoreModel(model, world, 'validation', { ...measure, signal });
  // The one place where the held-out vendor is opened.
  const test = list === 'rows' ? { test: (await scoreModel(model, world, 'test', { ...measure, signal })).scores } : {};
  const row = { ...key, imagesSeen, validation, ...test, ...about };
  results = { ...results, [list]: [...results[list], row] };
  await writeAtomic(file, `${JSON.stringify(results, null, 1)}\n`);
  const shown = [validation.mean, validation.recallAt1, validation.zeroShot].map((value) => value.toFixed(3)).join(' ');
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${list} ${JSON.stringify(key)}: validation ${shown}, ${seconds} s`);
}

/** The row `clip` of benchmarks/composition, kept in the work folder. */
async function pretrain(): Promise<TrainResult> {
  const tokenizer = Tokenizer.train(await Array.fromAsync(world.training.texts()), { vocabSize: 1024 });
  await using model = await ClipModel.create({ architecture: 'tiny-vit', tokenizer, seed: 1 });
  return await train({
    ...sharedSettings,
    ...{ model, pairs: world.training, dir: join(values.work, 'pretrained'), signal },
    steps: 2000,
    seed: 1,
    objective: contenders.clip!.objective,
    optimizer: { kind: 'muon', learningRate: 1e-3 },
  });
}

async function tune({ variant, seed, learningRate, steps }: Key): Promise<TrainResult> {
  const { modelDir } = await pretrained!;
  await using model = await ClipModel.load(modelDir);
  return await train({
    ...sharedSettings,
    ...variants[variant as VariantName].settings,
    ...{ model, pairs, steps, seed, signal },
    dir: join(values.work, `${variant}-${seed}-${learningRate}-${steps}`),
    optimizer: { kind: 'adamw', learningRate },
  });
}

/** Tables of the README and plots, out of the results. */
async function writePage(): Promise<void> {
  const readme = join(out, 'README.md');
  const text = between(await readFile(readme, 'utf8'), 'trials', renderTrials(results.trials));
  await writeAtomic(readme, between(text, 'rows', renderRows(results.rows, narrow.categories)));
  for (const x of ['recallAt1', 'zeroShot'] as const) {
    await writeAtomic(join(out, `plots/${x}.svg`), renderTrade(results.rows, x));
  }
}
