import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ClipModel,
  type CompositionReport,
  composition,
  type RetrievalReport,
  retrieval,
  setThreads,
  Tokenizer,
  type TrainSettings,
  train,
} from '@anagram/core';
import {
  emojiSceneGallery,
  emojiSceneItems,
  emojiScenes,
  loadArtwork,
  type Vendor,
} from '@anagram/worlds/emoji-scenes';
import { reworded } from '../composition/reworded.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    train: { type: 'string', default: 'noto,openmoji' },
    test: { type: 'string', default: 'fluent' },
    every: { type: 'string', default: '500' },
    reworded: { type: 'boolean', default: false },
  },
});
const [name, json] = positionals;
if (!name || !json) throw new Error('Expected a name and the settings of train as JSON; README.md shows both.');
const settings: TrainSettings = {
  augment: { scale: 0.15, shift: 0.04, rotation: 8, contrast: 0.25, tint: 0.15 }, // the demo's
  checkpointEvery: 1_000_000,
  seed: 7,
  ...JSON.parse(json),
};
const every = Number(values.every);
const [trained, tested] = [values.train, values.test].map((list) => list.split(',') as Vendor[]) as [
  Vendor[],
  Vendor[],
];

await setThreads(1);
const artwork = await loadArtwork();
const scenes = emojiScenes({ artwork, vendors: trained, split: 'train', count: 200_000, seed: 1 });
const pairs = values.reworded ? reworded(scenes) : scenes;
const tokenizer = Tokenizer.train(await Array.fromAsync(pairs.texts()), { vocabSize: 1024 });
const tasks = tested.map((vendor) => ({
  items: composition({
    name: vendor,
    items: emojiSceneItems({ artwork, vendor, split: 'validation', perCategory: 100, seed: 21 }),
  }),
  gallery: retrieval({
    name: vendor,
    gallery: emojiSceneGallery({ artwork, vendor, split: 'validation', count: 300, seed: 22 }),
  }),
}));

const dir = await mkdtemp(join(tmpdir(), 'anagram-settings-'));
await using model = await ClipModel.create({ architecture: 'tiny-vit', tokenizer, seed: 7 });
let since = performance.now();
let milliseconds = 0;

async function score(step: number): Promise<void> {
  milliseconds += performance.now() - since;
  const reports: { composition: CompositionReport; retrieval: RetrievalReport }[] = [];
  for (const { items, gallery } of tasks) {
    reports.push({ composition: await items.run({ model }), retrieval: await gallery.run({ model }) });
  }
  const mean = (pick: (report: (typeof reports)[number]) => number) =>
    Number((reports.reduce((sum, report) => sum + pick(report), 0) / reports.length).toFixed(3));
  const categories = Object.keys(reports[0]!.composition.categories);
  const line = JSON.stringify({
    name,
    step,
    mean: mean(({ composition }) => composition.mean),
    recallAt1: mean(({ retrieval }) => retrieval.recallAt1),
    seconds: Math.round(milliseconds / 1000),
    group: Object.fromEntries(
      categories.map((category) => [category, mean((report) => report.composition.categories[category]!.group.value)]),
    ),
    train: trained,
    test: tested,
    ...(values.reworded ? { reworded: true } : {}),
    settings: JSON.parse(json!),
  });
  console.log(line);
  await appendFile(join(import.meta.dirname, 'results.jsonl'), `${line}\n`);
  since = performance.now();
}

try {
  const { steps } = await train({
    ...settings,
    model,
    pairs,
    dir,
    validate: { every, run: ({ step }) => score(step) },
  });
  if (steps % every !== 0) await score(steps);
} finally {
  await rm(dir, { recursive: true, force: true });
}
