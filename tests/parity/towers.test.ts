import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { ClipModel, openSafetensors } from '../../packages/core/src/index.ts';
import { architectureOf, type Case, cases, type Library } from './cases.ts';
import { Distances, largestDifference } from './compare.ts';
import { record } from './figures.ts';
import * as measure from './measure.ts';
import { reference } from './reference.ts';

interface Towers {
  texts: string[];
  lengths: number[];
  /** open_clip's own config of this name. */
  published: object | null;
  libraries: {
    [library in Library]?: { evalLoss: number; loss?: number; losses?: number[]; gradientNorms?: number[] };
  };
}

const dir = inject('dir');
/** Of CLIPs, and of SigLIPs. */
const tokenizers = { clip: join(dir, 'tokenizer'), siglip: join(dir, 'sentence-piece') };

beforeAll(async () => {
  await reference.ask('vocabulary.save_tokenizer', { folder: tokenizers.clip });
  await reference.ask('vocabulary.save_sentence_piece', { folder: tokenizers.siglip });
});

// Two at a time: Python computes the next case while Anagram computes this one.
test.concurrent.each(cases.map((of) => [of.row, of] as const))('%s', async (row, of) => {
  const folder = join(dir, row.replaceAll(/\W+/g, '-'));
  try {
    const towers = await askPython(of, folder);
    const architecture = architectureOf(of);
    // open_clip describes SigLIP's towers in words of timm's.
    if (architecture.family !== 'siglip' && !of.blocks && towers.published)
      expect(architecture).toEqual(towers.published);
    await using model = await ClipModel.load(join(folder, of.layouts[0]!));
    if (of.layouts[0] === 'open_clip') expect(model.config.architecture).toMatchObject(architecture);
    const pictures = await measure.readPictures(folder, model.imageSize);
    const data = { pictures, texts: towers.texts };
    await compareTokens(model, folder, towers);

    const offences: string[] = [];
    const rows = new Map(of.libraries.map((library) => [library, { figures: {}, worst: {} } as Notes]));
    const ours = await measure.features(model, data);
    const loss = await measure.evaluationLoss(model, data, ours);
    for (const [library, { figures }] of rows) {
      await using file = await openSafetensors(join(folder, `${library}-features.safetensors`));
      const images = largestDifference(ours.images, await file.read('images'));
      const texts = largestDifference(ours.texts, await file.read('texts'));
      figures.features = Math.max(images, texts);
      figures.logits = largestDifference(ours.logits, await file.read('logits'));
      figures.loss = Math.abs(loss - towers.libraries[library]!.evalLoss);
    }
    for (const layout of of.layouts.slice(1)) {
      await using other = await ClipModel.load(join(folder, layout));
      expect(await measure.features(other, data)).toEqual(ours);
    }
    if (of.upTo !== 'features') await compareGradients(model, data, folder, towers, rows);
    if (of.upTo === 'steps') await compareSteps(of, model, data, folder, towers, rows);
    for (const [library, { figures, worst }] of rows) {
      offences.push(...(await record(dir, { table: tableOf(of), name: row, against: library, figures, worst })));
    }
    expect(offences).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Of one library. */
interface Notes {
  readonly figures: Record<string, number>;
  readonly worst: Record<string, string>;
}
function tableOf(of: Case): 'towers' | 'resnets' {
  const { layers } = architectureOf(of).vision_cfg;
  return Array.isArray(layers) && layers.reduce((sum, count) => sum + count, 0) > 4 ? 'resnets' : 'towers';
}

type Rows = ReadonlyMap<Library, Notes>;

function askPython(of: Case, folder: string): Promise<Towers> {
  const { optimizer, gradientClip, schedule } = measure.settingsOf(of);
  const architecture = architectureOf(of);
  return reference.ask('towers.run', {
    name: of.published ?? (typeof of.architecture === 'string' ? of.architecture : null),
    architecture,
    dir: folder,
    tokenizer: tokenizers[architecture.family ?? 'clip'],
    pairs: of.pairs,
    layouts: of.layouts,
    libraries: of.libraries,
    keep: measure.keep,
    training: of.upTo !== 'features' && {
      ...optimizer,
      gradientClip,
      libraries: of.upTo === 'steps' ? of.trainedBy : [],
      steps: measure.steps,
      warmup: schedule!.warmup! * measure.steps,
      keepAfter: measure.keepAfter,
    },
  });
}

async function compareTokens(model: ClipModel, folder: string, { texts, lengths }: Towers): Promise<void> {
  await using file = await openSafetensors(join(folder, 'data.safetensors'));
  const encoded = texts.map((text) => model.tokenizer.encode(text, model.contextLength));
  expect(encoded.map(({ length }) => length)).toEqual(lengths);
  expect(encoded.flatMap(({ ids }) => [...ids])).toEqual([...(await file.read('ids'))]);
}

/** Every gradient, tensor by tensor. */
async function compareGradients(model: ClipModel, data: measure.Data, folder: string, towers: Towers, rows: Rows) {
  const ours = await measure.gradients(model, data);
  try {
    for (const [library, row] of rows) {
      const { figures } = row;
      figures.loss = Math.max(figures.loss!, Math.abs(ours.loss - towers.libraries[library]!.loss!));
      await using file = await openSafetensors(join(folder, `${library}-gradients.safetensors`));
      const trained = model.native.tensors().filter(({ trainable }) => trainable);
      expect(trained.map(({ name }) => name).sort()).toEqual([...file.tensors.keys()].sort());
      const distances = new Distances();
      for (const { name } of trained) distances.add(name, await ours.read(name), await file.read(name));
      note(row, 'gradients', distances);
    }
  } finally {
    ours.dispose();
  }
}

/** Weights after the first and the last step; every tensor, running statistics too. */
async function compareSteps(
  of: Case,
  model: ClipModel,
  data: measure.Data,
  folder: string,
  towers: Towers,
  rows: Rows,
) {
  const through = of.through === 'train' ? measure.takeStepsByTrain : measure.takeStepsByTrainer;
  const ours = await through(model, data, measure.settingsOf(of), join(folder, 'run'));
  const trained = new Set(model.native.tensors().flatMap(({ name, trainable }) => (trainable ? [name] : [])));
  for (const library of of.trainedBy!) {
    const row = rows.get(library)!;
    const { figures } = row;
    const { losses, gradientNorms } = towers.libraries[library]!;
    await using file = await openSafetensors(join(folder, `${library}-weights.safetensors`));
    for (const step of measure.keepAfter) {
      const distances = new Distances();
      for (const [name, values] of ours.weights.get(step)!) {
        // Running statistics may stay where they are.
        const origin = trained.has(name) ? await file.read(`0/${name}`) : undefined;
        distances.add(name, values, await file.read(`${step}/${name}`), origin);
      }
      note(row, `weights after ${step}`, distances);
    }
    figures.losses = largestDifference(ours.losses, losses!);
    // Of ten steps on one batch the last have next to no gradient.
    figures['gradient norms'] = largestDifference(ours.gradientNorms, gradientNorms!) / Math.max(...gradientNorms!);
  }
}

function note({ figures, worst }: Notes, figure: string, distances: Distances): void {
  const { name, value } = distances.worst();
  figures[figure] = value;
  worst[figure] = name;
}
