import { join, resolve } from 'node:path';
import type { NativeTrainer, NativeTrainerConfig, StepResult } from '@anagram/native';
import * as z from 'zod';
import { isSiglip } from '../clip/architecture.ts';
import type { ClipModel } from '../clip/clip-model.ts';
import { AnagramError } from '../errors.ts';
import { type Knobs, type OnEvent, type StepRecord, safeEmitter } from '../events.ts';
import { native } from '../native.ts';
import type { PairSet } from '../pair.ts';
import { objectWith, parseSettings } from '../settings.ts';
import { requireFolderFor } from '../shard/folder-kind.ts';
import { lockFolder } from '../shard/lock.ts';
import { Batches, type PreparedBatch } from './batches.ts';
import {
  freshState,
  type RunState,
  restoreCheckpoint,
  saveCheckpoint,
  type Trained,
  writeFolder,
} from './checkpoint.ts';
import { Curriculum, type Observation, observe, resultLag } from './curriculum.ts';
import { checkDraws, checkNeeds } from './objective-needs.ts';
import { clearRun, describeRun, openRun, type RunRecord, writeRun } from './run-folder.ts';
import { RunLog } from './run-log.ts';
import { Sampler, type SharedSet } from './sampler.ts';
import { saveAdapter } from './save-adapter.ts';
import { saveAverage } from './save-average.ts';
import { learningRate } from './schedule.ts';
import { presetOf, type ResolvedSettings, resolveSettings, type TrainSettings, toTrainerConfig } from './settings.ts';

/** Steps in a row without a finite gradient after which a run gives up. */
const mostSkips = 3;
const emaModel = 'model-ema';
const adapter = 'adapter';

export interface TrainOptions extends TrainSettings, Knobs {
  /** Trained in place. */
  model: ClipModel;
  /** One set, or several that are drawn from in proportion to their shares. */
  pairs: PairSet | readonly { readonly set: PairSet; readonly share: number }[];
  /**
   * Folder of the run: `run.json`, `log.jsonl`, `checkpoint-STEP/` and at last `model/`, with `ema` and `lora` also
   * `model-ema/` and `adapter/`. A run that was stopped goes on
   * when it is given the same options and folder, to the same weights (CPU: same build, CPU family, thread count).
   */
  dir: string;
  /** Removes the run in `dir` and begins anew. Default false. */
  fresh?: boolean;
  /** Called every `every` steps while training waits. It must leave the weights alone. */
  validate?: Validate;
}

export interface TrainResult {
  readonly dir: string;
  readonly steps: number;
  /** Pictures that passed the image tower over the whole run, negative and shuffled ones included. */
  readonly imagesSeen: number;
  readonly lastLoss: number;
  /** Texts that were cut to the context, counted each time that a batch had them. */
  readonly cutTexts: number;
  /** Steps that were skipped because loss or gradient was not finite. */
  readonly skipped: number;
  /** Folder of the trained model, for `ClipModel.load`. */
  readonly modelDir: string;
  /** Folder of the model whose weights are the average over the steps; null without `ema`. */
  readonly emaModelDir: string | null;
  /** Folder of the adapters alone, in the layout of PEFT; null without `lora`. */
  readonly adapterDir: string | null;
  /** Path of `log.jsonl`. */
  readonly log: string;
}

/** What is called every so many steps while training waits, with the model as it is. */
interface Validate {
  every: number;
  run(context: { model: ClipModel; step: number; signal?: AbortSignal }): Promise<void>;
}

const pairSet = objectWith('pair', 'what openPairs gives');
const required = z.object({
  model: objectWith('native', 'a ClipModel'),
  pairs: z.union([pairSet, z.array(z.object({ set: pairSet, share: z.number().positive() })).min(1)]),
  dir: z.string().min(1),
  validate: z
    .strictObject({
      every: z.int().min(1),
      run: z.custom<Validate['run']>((run) => typeof run === 'function', 'Expected a function'),
    })
    .optional(),
});

/** What a model was before training in a folder changed it, so that a stopped run can go on with the same object. */
const begun = new WeakMap<ClipModel, { dir: string; hash: string }>();

/**
 * Trains a model on pairs and their negatives. On abort it finishes the step, saves a checkpoint and rejects with
 * `signal.reason`; the same call goes on from there.
 * @throws AnagramError `invalid-options`, `not-enough-data`, `run-options-changed`, `dir-in-use`, `checkpoint-corrupt`,
 * `loss-not-finite`, `write-failed`
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  parseSettings('train', required, options);
  const { model, pairs, dir, signal, onEvent, validate, fresh = false, ...plain } = options;
  const settings = resolveSettings(plain);
  checkTerms(model, settings);
  const sets = 'pair' in pairs ? [{ set: pairs, share: 1 }] : pairs;
  requireFolderFor('a training run', dir, 'train.dir');
  signal?.throwIfAborted();
  const emit = safeEmitter(onEvent);
  const warn = (message: string) => emit({ type: 'warning', message });
  const preset = presetOf(plain.objective);
  checkDraws(settings, preset, warn);
  await checkNeeds(model, sets, { objective: settings.objective, preset }, { warn, signal });
  // What the addon will refuse is refused before the folder is begun.
  const trainerConfig = toTrainerConfig(settings, model.native.tensors());

  await using _lock = await lockFolder(dir);
  if (fresh) await clearRun(dir);
  const run = await openRun(dir, await describe(model, { settings, sets, dir, fresh }), warn);
  const trainer = await createTrainer(model, settings, trainerConfig);
  try {
    const state = await begin(dir, { model, trainer }, warn);
    emit({ type: 'run-start', dir, steps: settings.steps, resumedFrom: state.step });
    const context = { model, trainer, settings, sets, dir, state, emit };
    const end = await loop(context, { ...(signal && { signal }), ...(validate && { validate }) });
    if (run.trained === null) await finish(dir, run, context);
    begun.delete(model);
    emit({ type: 'run-end', dir, steps: end.step, imagesSeen: end.imagesSeen });
    return {
      dir,
      steps: end.step,
      imagesSeen: end.imagesSeen,
      lastLoss: end.lastLoss ?? Number.NaN,
      skipped: end.skipped,
      cutTexts: end.cutTexts,
      modelDir: join(dir, 'model'),
      emaModelDir: settings.ema ? join(dir, emaModel) : null,
      adapterDir: settings.lora ? join(dir, adapter) : null,
      log: join(dir, 'log.jsonl'),
    };
  } finally {
    trainer.dispose();
  }
}

interface RunContext extends Trained {
  readonly settings: ResolvedSettings;
  readonly sets: readonly SharedSet[];
  readonly dir: string;
  readonly state: RunState;
  readonly emit: OnEvent;
}

/** Every step from the state to the end of the run: the policy around the addon's `step`. */
async function loop(
  context: RunContext,
  { signal, validate }: Pick<TrainOptions, 'signal' | 'validate'>,
): Promise<RunState> {
  const { model, trainer, settings, sets, dir, emit } = context;
  let { state } = context;
  const { seed, steps, curriculum: curriculumSettings } = settings;
  const sampler = new Sampler({ sets, seed, byCategory: curriculumSettings.byError, cursors: state.cursors });
  const curriculum = new Curriculum(curriculumSettings, state);
  const batches = new Batches({ first: state.step, model, sets, sampler, curriculum, settings });
  const log = await RunLog.open(join(dir, 'log.jsonl'), state.logBytes);
  let saved = state.step;
  let warned = false;
  const checkpoint = async () => {
    if (saved === state.step) return;
    state = { ...state, logBytes: await log.sync() };
    const path = await saveCheckpoint(dir, context, state);
    saved = state.step;
    emit({ type: 'checkpoint-saved', path, step: saved });
  };
  try {
    while (state.step < steps) {
      if (signal?.aborted) {
        await checkpoint();
        throw signal.reason;
      }
      const batch = await batches.take(state.step);
      const rate = learningRate(state.step, settings);
      const result = await (settings.custom?.step(trainer, batch.native, state.step, rate) ??
        trainer.step(batch.native, rate));
      const observation = observe(state.step, result, batch.draws);
      curriculum.add(observation);
      state = advance(state, batch, result, observation);
      if (state.skippedInRow >= mostSkips) throw lossNotFinite(dir, state, saved, result);

      const record = describeStep(state, rate, result);
      if (isDue(state.step, settings.logEvery) || state.step === steps) await log.write(record);
      emit({ type: 'step-end', ...record });
      if (batch.cutTexts > 0 && !warned) emit({ type: 'warning', message: truncation(batch.cutTexts, model) });
      warned ||= batch.cutTexts > 0;
      if (isDue(state.step, settings.checkpointEvery) || state.step === steps) await checkpoint();
      if (validate && isDue(state.step, validate.every)) {
        await validate.run({ model, step: state.step, ...(signal && { signal }) });
      }
    }
    return state;
  } finally {
    await batches.stop();
    await log.close();
  }
}

/** The run's fingerprint. */
async function describe(
  model: ClipModel,
  {
    settings,
    sets,
    dir,
    fresh,
  }: { settings: ResolvedSettings; sets: readonly SharedSet[]; dir: string; fresh: boolean },
): Promise<RunRecord> {
  const known = begun.get(model);
  const hash = known && known.dir === resolve(dir) && !fresh ? known.hash : await model.hash();
  begun.set(model, { dir: resolve(dir), hash });
  const { libtorch, threads } = (await native()).info();
  return describeRun(settings, sets, hash, { libtorch, threads, device: model.device });
}

/** A trainer of the model as the run begins; where it goes on, a checkpoint is restored over both. */
async function createTrainer(
  { native: handle }: ClipModel,
  { logitScale: { initial } }: ResolvedSettings,
  config: NativeTrainerConfig,
): Promise<NativeTrainer> {
  // Before the trainer is made, whose averages begin with the weights that it finds.
  if (initial !== undefined) await handle.writeTensor('logit_scale', Float32Array.of(Math.log(initial)));
  return await (await native()).createTrainer(handle, config);
}

/** Restores the newest checkpoint, or makes the first one. */
async function begin(dir: string, trained: Trained, warn: (message: string) => void): Promise<RunState> {
  const restored = await restoreCheckpoint(dir, trained, warn);
  if (restored) return restored;
  await saveCheckpoint(dir, trained, freshState);
  return freshState;
}

function advance(
  state: RunState,
  { after, cutTexts }: PreparedBatch,
  result: StepResult,
  observation: Observation,
): RunState {
  return {
    ...state,
    step: state.step + 1,
    applied: state.applied + (result.applied ? 1 : 0),
    skipped: state.skipped + (result.applied ? 0 : 1),
    skippedInRow: result.applied ? 0 : state.skippedInRow + 1,
    imagesSeen: state.imagesSeen + result.imagesSeen,
    cutTexts: state.cutTexts + cutTexts,
    lastLoss: Number.isFinite(result.loss) ? result.loss : null,
    cursors: after.cursors.map((cursors) => [...cursors]),
    errors: after.errors,
    pending: [...state.pending, observation].slice(-resultLag),
  };
}

async function finish(dir: string, run: RunRecord, { model, trainer, settings }: RunContext): Promise<void> {
  await writeFolder(join(dir, 'model'), (draft) => model.save(draft));
  if (settings.ema) await writeFolder(join(dir, emaModel), (draft) => saveAverage(draft, model, trainer));
  if (settings.lora)
    await writeFolder(join(dir, adapter), (draft) => saveAdapter(draft, model, trainer, settings.lora!));
  await writeRun(dir, { ...run, trained: await model.hash() });
}

function describeStep(state: RunState, rate: number, result: StepResult): StepRecord {
  const { loss, gradientNorm, logitScale, terms } = result;
  return { step: state.step, loss, learningRate: rate, gradientNorm, logitScale, imagesSeen: state.imagesSeen, terms };
}

function isDue(step: number, every: number): boolean {
  return step % every === 0;
}

function checkTerms({ config }: ClipModel, { objective }: ResolvedSettings): void {
  if (objective.sigmoid === 0 || isSiglip(config.architecture)) return;
  throw new AnagramError(
    'invalid-options',
    "train.objective: the sigmoid term needs a logit bias, which models with SigLIP's towers have and this one, a CLIP, has not. Make the model with SigLIP's towers (`--architecture tiny-siglip`), or set `contrastive` in place of `sigmoid`.",
    { where: 'train.objective' },
  );
}

function lossNotFinite(
  dir: string,
  { step }: RunState,
  saved: number,
  { loss, gradientNorm }: StepResult,
): AnagramError {
  const checkpoint = join(dir, `checkpoint-${saved}`);
  return new AnagramError(
    'loss-not-finite',
    `Steps ${step - mostSkips + 1} to ${step} had a loss or gradient that is not finite (last: loss ${loss}, gradient norm ${gradientNorm}). The last good weights are in ${checkpoint}. Lower the learning rate or the gradient clip, in another dir.`,
    { step, gradientNorm },
  );
}

function truncation(count: number, model: ClipModel): string {
  return `${count} texts of a batch are longer than ${model.contextLength} tokens and were cut. Their ends are not learned.`;
}
