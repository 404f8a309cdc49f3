import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ClipModel,
  type CompositionReport,
  composition,
  retrieval,
  setThreads,
  Tokenizer,
  type TrainSettings,
  train,
} from '@anagram/core';
import { reworded } from '../composition/reworded.ts';
import { openWorld, type WorldName, worldNames } from '../composition/worlds.ts';

/** One of the styles (emoji: vendors) that the proof trains on is left out, and tested on. */
const defaults = {
  emoji: { train: 'noto,openmoji', test: 'fluent' },
  shapes: { train: 'soft,night', test: 'toon' },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    world: { type: 'string', default: 'emoji' },
    train: { type: 'string' },
    test: { type: 'string' },
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
const worldName = values.world as WorldName;
if (!worldNames.includes(worldName)) throw new Error(`Expected the world emoji or shapes; received ${values.world}.`);
const trained = (values.train ?? defaults[worldName].train).split(',');
const tested = (values.test ?? defaults[worldName].test).split(',');

await setThreads(1);
const worlds = await Promise.all(
  tested.map((style) => openWorld(worldName, { styles: { train: trained, validation: style } })),
);
const scenes = worlds[0]!.training;
const pairs = values.reworded ? reworded(scenes) : scenes;
const tokenizer = Tokenizer.train(await Array.fromAsync(pairs.texts()), { vocabSize: 1024 });
const tasks = worlds.map((world, i) => ({
  items: composition({ name: tested[i]!, items: world.items('validation', 100) }),
  galleries: [1, 2, 3, 4, 5].map((n) => retrieval({ name: tested[i]!, gallery: world.gallery('validation', 300, n) })),
}));

const dir = await mkdtemp(join(tmpdir(), 'anagram-settings-'));
await using model = await ClipModel.create({ architecture: 'tiny-vit', tokenizer, seed: 7 });
let since = performance.now();
let milliseconds = 0;

async function score(step: number, scored = model, averaged = false): Promise<void> {
  milliseconds += performance.now() - since;
  const reports: { composition: CompositionReport; recalls: number[] }[] = [];
  for (const { items, galleries } of tasks) {
    const recalls: number[] = [];
    for (const gallery of galleries) recalls.push((await gallery.run({ model: scored })).recallAt1);
    reports.push({ composition: await items.run({ model: scored }), recalls });
  }
  const mean = (pick: (report: (typeof reports)[number]) => number) =>
    Number((reports.reduce((sum, report) => sum + pick(report), 0) / reports.length).toFixed(3));
  const categories = Object.keys(reports[0]!.composition.categories);
  const line = JSON.stringify({
    name,
    step,
    mean: mean(({ composition }) => composition.mean),
    recallAt1: mean(({ recalls }) => recalls[0]!),
    recallAt1Of5: mean(({ recalls }) => recalls.reduce((sum, one) => sum + one) / recalls.length),
    seconds: Math.round(milliseconds / 1000),
    group: Object.fromEntries(
      categories.map((category) => [category, mean((report) => report.composition.categories[category]!.group.value)]),
    ),
    ...(values.world === 'emoji' ? {} : { world: values.world }),
    ...(averaged ? { averaged } : {}),
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
  const { steps, emaModelDir } = await train({
    ...settings,
    model,
    pairs,
    dir,
    validate: { every, run: ({ step }) => score(step) },
  });
  if (steps % every !== 0) await score(steps);
  if (emaModelDir) {
    await using average = await ClipModel.load(emaModelDir);
    await score(steps, average, true);
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
