import {
  architectureNames,
  objectivePresets,
  parseSettings,
  requireFolderFor,
  type TrainOptions,
  type TrainResult,
  type TrainSettings,
  train,
} from '@anagram/core';
import type { Command } from 'commander';
import * as z from 'zod';
import { given, readConfig, usage } from '../config.ts';
import { type CommonFlags, collect, oneOf, whole, withCommonFlags, withDeeperSettings } from '../flags.ts';
import { nextLine } from '../next-line.ts';
import { objectiveOfFlag } from '../objective-flag.ts';
import { openData } from '../open-data.ts';
import { createModel, loadModel, requireModel } from '../open-model.ts';
import { runCommand } from '../run-command.ts';
import { count } from '../table.ts';

interface Flags extends CommonFlags {
  dir: string;
  model?: string;
  architecture?: string;
  objective?: string;
  optimizer?: string;
  freeze?: string[];
  lora?: number;
  imageSize?: number;
  steps?: number;
  seed?: number;
  fresh?: boolean;
}

/** Settings that are looked for among the flags. */
const deeper = {
  '--learning-rate': 'train.optimizer.learningRate',
  '--lr': 'train.optimizer.learningRate',
  '--weight-decay': 'train.optimizer.weightDecay',
  '--warmup': 'train.schedule.warmup',
  '--batch-size': 'train.batchSize',
  '--ema': 'train.ema.decay',
  '--checkpoint-every': 'train.checkpointEvery',
};

/** Of the weights of a new model, which is made before the settings are checked as a whole. */
const seedSchema = z.int().min(0).default(0);

const optimizers = ['adamw', 'muon'] as const satisfies readonly NonNullable<TrainSettings['optimizer']>['kind'][];

export function addTrain(program: Command): void {
  const command = program
    .command('train <DATA...>')
    .description('Train a model on prepared folders and their negatives, or go on with a run that was stopped.')
    .requiredOption('--dir <folder>', 'of the run: log, checkpoints and at last model/; the same folder resumes')
    .option('--model <model>', 'a model to fine-tune, a folder or hf:owner/name; it is not changed')
    .option(
      '--architecture <name>',
      'of a new model: tiny-vit, tiny-rn, ViT-B-32, … (default: tiny-vit)',
      oneOf(architectureNames),
    )
    .option('--objective <name>', 'anagram, clip, ce-clip, … (default: anagram)', oneOf(objectivePresets))
    .option(
      '--optimizer <name>',
      'adamw, or muon, which learns relations sooner from scratch (default: adamw)',
      oneOf(optimizers),
    )
    .option('--freeze <tower>', 'image or text keeps its weights (repeatable)', collect)
    .option('--lora <rank>', 'train low-rank adapters on attention in place of the weights', whole)
    .option('--image-size <pixels>', "width and height of the pictures; a model's positions are resized to it", whole)
    .option('--steps <n>', 'optimizer steps of the whole run', whole)
    .option('--seed <n>', 'everything random follows from it (default: 0)', whole)
    .option('--fresh', 'remove the run in --dir and begin anew');
  withDeeperSettings(command, deeper);
  withCommonFlags(command, 'anagram train ./data --dir ./runs/a --steps 2000').action((data: string[], flags: Flags) =>
    runCommand(flags, async ({ signal, onEvent }) => {
      const { steps, seed, fresh, objective } = flags;
      const objectiveOver = (given: unknown) =>
        objective === undefined ? given : objectiveOfFlag(objective, given, onEvent);
      const config = await readConfig(flags, objectiveOver);
      const settings: Record<string, unknown> = { ...config('train'), ...given({ steps, seed, fresh }) };
      if (objective !== undefined) settings.objective = objectiveOver(settings.objective);
      if (flags.optimizer !== undefined) {
        const others = typeof settings.optimizer === 'object' ? settings.optimizer : {};
        settings.optimizer = { ...others, kind: flags.optimizer };
      }
      if (flags.freeze !== undefined) {
        const frozen = Object.fromEntries(flags.freeze.map((tower) => [tower, true]));
        settings.freeze = { ...(settings.freeze as object | undefined), ...frozen };
      }
      if (flags.lora !== undefined) settings.lora = { ...(settings.lora as object | undefined), rank: flags.lora };
      if (settings.steps === undefined) throw usage('--steps', 'Expected the number of steps, e.g. --steps 2000.');
      if (flags.model !== undefined && flags.architecture !== undefined) {
        throw usage('--architecture', 'Expected it for a new model alone; one that is fine-tuned has its own.');
      }
      const seedOfModel = parseSettings('train.seed', seedSchema, settings.seed);
      if (flags.model !== undefined) requireModel(flags.model);
      requireFolderFor('a training run', flags.dir, '--dir');
      const sets = await openData(data);
      const { architecture, imageSize } = flags;
      const made = { ...config('model'), ...given({ architecture, imageSize }) };
      await using model = await (flags.model === undefined
        ? createModel(sets, made, seedOfModel)
        : loadModel(flags.model, made, { signal, onEvent }));
      const result = await train({
        ...settings,
        pairs: sets.map((set) => ({ set, share: set.length })),
        ...{ model, dir: flags.dir, signal, onEvent },
      } as unknown as TrainOptions);
      const next = nextLine(['embed', './photos', '--model', result.modelDir, '--dir', './index'], flags);
      return { json: result, lines: [...summary(result), next] };
    }),
  );
}

function summary({ steps, imagesSeen, lastLoss, skipped, cutTexts, log, ...dirs }: TrainResult): string[] {
  return [
    `model    ${dirs.modelDir}`,
    ...(dirs.emaModelDir === null ? [] : [`average  ${dirs.emaModelDir}`]),
    ...(dirs.adapterDir === null ? [] : [`adapter  ${dirs.adapterDir}`]),
    `steps    ${count(steps)}${skipped > 0 ? ` (${count(skipped)} skipped)` : ''}, ${count(imagesSeen)} pictures seen`,
    `loss     ${lastLoss.toFixed(4)}, every step in ${log}`,
    ...(cutTexts > 0 ? [`cut      ${count(cutTexts)} times a text was longer than the model's context`] : []),
  ];
}
