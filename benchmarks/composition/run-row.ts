import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ClipModel,
  composition,
  type OnEvent,
  type PairSet,
  type Tokenizer,
  type TrainSettings,
  train,
} from '@anagram/core';
import { contenders, objectiveOf, structureOf } from './contenders.ts';
import { gridRegions } from './grid-regions.ts';
import { type NoisySettings, noisyData, noisySettings } from './noisy-data.ts';
import { addResult, type CurvePoint, readLines } from './results.ts';
import { reworded } from './reworded.ts';
import { type Measure, scoreModel } from './score-model.ts';
import { exactTexts, ruleTexts } from './texts-alone.ts';
import { takenApart, type World } from './worlds.ts';

/** The same for every row. */
export const sharedSettings = {
  batchSize: 64,
  augment: { scale: 0.15, shift: 0.04, rotation: 8, contrast: 0.25, tint: 0.15 },
  checkpointEvery: 100,
} satisfies Omit<TrainSettings, 'steps'>;

const dataOf = {
  contrasts: (set: PairSet) => set,
  apart: takenApart,
  reworded,
  'exact-texts': exactTexts,
  'rule-texts': ruleTexts,
  regions: gridRegions,
} as const;

export interface RowOptions extends Measure {
  /** Steps between points of the learning curve, and items of each category there. */
  readonly curveEvery: number;
  readonly curveItems: number;
  readonly world: World;
  readonly tokenizer: Tokenizer;
  readonly row: string;
  readonly seed: number;
  readonly steps: number;
  /** Where results go. */
  readonly out: string;
  /** Where the row's run is kept until it is done. */
  readonly work: string;
  readonly command: string;
  readonly commit: string;
  /** Of the rows with a corpus. Default: `noisySettings`. */
  readonly noisy?: NoisySettings;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/** Trains and scores one row. Stopped, the same call goes on. */
export async function runRow(options: RowOptions): Promise<void> {
  const { world, tokenizer, row, seed, steps, out, work, signal, onEvent } = options;
  const {
    data = 'contrasts',
    corpus,
    records,
    models,
    optimizer = 'muon',
    architecture = 'tiny-vit',
    knowledge,
    regions,
    objective,
    structure,
  } = contenders[row]!;
  const knobs = signal ? { signal } : {};
  const noisy = corpus
    ? await noisyData({
        world,
        data: corpus,
        ...(models && { models }),
        settings: { ...(options.noisy ?? noisySettings), ...(records && { count: records }) },
        work,
        ...knobs,
        ...(onEvent && { onEvent }),
      })
    : null;
  const dir = join(work, world.name, `${row}-${seed}-${steps}`);
  await mkdir(dir, { recursive: true });
  const curveFile = join(dir, 'curve.jsonl');
  const items = world.items('validation', options.curveItems);
  await using model = await ClipModel.create({
    architecture,
    tokenizer,
    seed,
    ...(knowledge && { knowledge }),
    ...(regions && { regions }),
  });
  const settings = {
    ...sharedSettings,
    steps,
    seed,
    objective,
    optimizer: { kind: optimizer, learningRate: 1e-3 },
    ...(structure && { structure }),
  } satisfies TrainSettings;
  const { imagesSeen } = await train({
    ...settings,
    model,
    pairs: noisy?.pairs ?? dataOf[data](world.training),
    dir,
    ...knobs,
    ...(onEvent && { onEvent }),
    validate: {
      every: options.curveEvery,
      run: async ({ step }) => {
        const { categories } = await composition({ name: `${world.name} validation`, items }).run({
          model,
          ...knobs,
        });
        const group = Object.fromEntries(Object.entries(categories).map(([name, own]) => [name, own.group.value]));
        await appendFile(curveFile, `${JSON.stringify({ step, group } satisfies CurvePoint)}\n`);
      },
    },
  });

  // The one place where the held-out vendor is opened.
  const { scores, outcomes } = await scoreModel(model, world, 'test', options);
  const result = {
    row,
    objective: objectiveOf(row),
    structure: structureOf(contenders[row]!),
    optimizer,
    seed,
    steps,
    imagesSeen,
    ...scores,
    ...(noisy && { data: noisy.figures }),
    command: options.command,
    commit: options.commit,
  };
  await addResult(out, world.name, { result, curve: await readCurve(curveFile), outcomes });
  await rm(dir, { recursive: true, force: true });
}

/** A stopped run repeats steps after its last checkpoint: the later point of a step counts. */
async function readCurve(file: string): Promise<CurvePoint[]> {
  const points = await readLines<CurvePoint>(file);
  return [...new Map(points.map((point) => [point.step, point])).values()].sort((a, b) => a.step - b.step);
}
