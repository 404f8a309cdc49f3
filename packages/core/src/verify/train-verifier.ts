import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Architecture, ArchitectureName } from '../clip/architecture.ts';
import { ClipModel } from '../clip/clip-model.ts';
import { AnagramError } from '../errors.ts';
import { type Knobs, type OnEvent, safeEmitter } from '../events.ts';
import type { Source } from '../pair.ts';
import { Random } from '../random.ts';
import { objectWith, parseSettings } from '../settings.ts';
import { lockFolder } from '../shard/lock.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { Tokenizer } from '../text/tokenizer.ts';
import { train } from '../train/train.ts';
import { type Calibration, fitCalibration, fuse } from './calibration.ts';
import { type CorpusPair, corpusPairSet, readCorpus } from './corpus.ts';
import { type EmbeddingSpace, type MeasuredSpace, measureSpace } from './embedding-space.ts';
import { clipSpace, foldOf, type Judge, judgeCombinations, randomCombinations } from './judge.ts';
import { sigmoid } from './mixture.ts';
import { buildNeighbourBank, type NeighbourBank, Neighbours } from './neighbours.ts';
import { startTower } from './start-tower.ts';
import { neighboursName, towerFolders, writeVerifier } from './verifier-files.ts';

export interface TrainVerifierSettings {
  /** Towers by name; each gets a text tower of its own. @default { vit: 'verifier-vit', cnn: 'verifier-rn' } */
  towers?: { readonly [name: string]: ArchitectureName | Architecture };
  /**
   * Folder of a verifier of another corpus with the same towers: each begins with the weights of its namesake there, and its
   * tokenizer is still learnt from this corpus. Helps small corpora. @default none: all are fresh
   */
  start?: string;
  /** A judge without training: pictures that look alike should have texts that speak alike. @default true */
  neighbours?: boolean;
  /** Parts of the corpus; the towers of a part are trained on all the others. @default 3 */
  folds?: number;
  /** Trainings of all towers; each weighs the pairs by the scores of the one before. @default 1 */
  rounds?: number;
  /** Times each round's towers see their pairs. @default 10 */
  epochs?: number;
  /** Width and height of the pictures in pixels. @default 40 */
  imageSize?: number;
  /** Pairs of a step. @default 128 */
  batchSize?: number;
  /** The schedule's highest. @default 1e-3 */
  learningRate?: number;
  /** Scale of the cosines, held fixed: a free one grows and hastens the memorising of wrong pairs. @default 15 */
  logitScale?: number;
  /** Symbols of the towers' tokenizer. @default 2048 */
  vocabSize?: number;
  /** Most pairs that it is trained on. @default 20000 */
  maxPairs?: number;
  /** Everything random in it follows from it. @default 0 */
  seed?: number;
}

export interface TrainVerifierOptions extends TrainVerifierSettings, Knobs {
  source: Source;
  /** Folder of the verifier. The same call with the same folder goes on, or finds it finished. */
  dir: string;
}

const required = z.object({
  source: objectWith('records', 'a source, e.g. folder("./photos", { captions: "sidecar" })'),
  dir: z.string().min(1),
});
export const verifierSettings = z.strictObject({
  towers: z
    .record(z.string().regex(/^[a-z][a-z0-9]*$/), z.union([z.string(), z.looseObject({})]))
    .refine((towers) => Object.keys(towers).length > 0 && !(neighboursName in towers), 'expected at least one tower')
    .default({ vit: 'verifier-vit', cnn: 'verifier-rn' }),
  start: z.string().min(1).optional(),
  neighbours: z.boolean().default(true),
  folds: z.int().min(2).max(20).default(3),
  rounds: z.int().min(1).max(5).default(1),
  epochs: z.int().min(1).default(10),
  imageSize: z.int().min(32).default(40),
  batchSize: z.int().min(2).default(128),
  learningRate: z.number().positive().default(1e-3),
  logitScale: z.number().min(1).max(100).default(15),
  vocabSize: z.int().min(514).max(65_536).default(2048),
  maxPairs: z.int().min(100).default(20_000),
  seed: z.int().min(0).default(0),
});
type Settings = z.output<typeof verifierSettings>;

const captioned =
  '; or let a captioner write them (--set prepare.captioner.model=PROVIDER:MODEL), which a verifier of other pairs judges (--verifier)';
const fewestPairs = 60;
const bankSize = 1024;
/** τ of the hubness correction of the neighbours, whose cosines spread more than a tower's. */
const neighbourTemperature = 0.12;
/** In `dir`: the options of the run that was begun there. */
const runFile = 'verifier-run.json';
const augment = { scale: 0.15, shift: 0.1, rotation: 12, contrast: 0.25, tint: 0.15 };

interface Tower {
  readonly name: string;
  readonly models: ClipModel[];
  readonly spaces: MeasuredSpace[];
}

interface MeasuredNeighbours {
  readonly space: Neighbours;
  readonly measured: MeasuredSpace;
}

interface Judged {
  readonly calibration: Calibration;
  /** Of each pair of the corpus, that it is right. */
  readonly probabilities: Float64Array;
}

/** See `Verifier.train`. */
export async function trainVerifier(options: TrainVerifierOptions): Promise<void> {
  parseSettings('Verifier.train', required, options);
  const { source, dir, signal, onEvent, ...plain } = options;
  const settings = parseSettings('Verifier.train', verifierSettings, plain);
  const emit = safeEmitter(onEvent);
  await using _lock = await lockFolder(dir);
  const run = { settings, source: { name: source.name, settings: source.settings } };
  await requireSameRun(dir, run);
  const work = join(dir, 'work');
  // Finished; a kill may have come between the last file and the removal of what led to it.
  if (existsSync(join(dir, 'verifier.json'))) return await rm(work, { recursive: true, force: true });

  const knobs = { ...(signal && { signal }), onEvent: emit };
  const pairs = await readCorpus(source, {
    imageSize: settings.imageSize,
    limit: settings.maxPairs,
    stage: 'verifier-read',
    ...{ needed: Math.max(fewestPairs, 2 * settings.folds), what: 'The training of a verifier', otherwise: captioned },
    ...knobs,
  });
  // Only now is there anything to go on with: a misspelt column does not bind the folder.
  await writeAtomic(join(dir, runFile), JSON.stringify(run));
  const texts = [...new Set(pairs.map(({ text }) => text))];
  let neighbours = settings.neighbours
    ? await measureNeighbours(neighbourBank(pairs), pairs, texts, settings.seed)
    : null;
  const begun = settings.start === undefined ? null : await towerFolders(settings.start, Object.keys(settings.towers));
  const tokenizer = Tokenizer.train(
    pairs.map(({ text }) => text),
    { vocabSize: settings.vocabSize },
  );

  let weights: ArrayLike<number> = new Float64Array(pairs.length).fill(1);
  let judged: Judged | null = null;
  const judge = async (judges: readonly Judge[]) => {
    judged = await judgeCorpus(judges, pairs, texts, settings, signal);
    weights = judged.probabilities;
  };
  if (neighbours) await judge([neighbourJudge(neighbours)]);
  let towers: Tower[] = [];
  try {
    for (let round = 1; round <= settings.rounds; round++) {
      disposeTowers(towers);
      towers = await trainRound({ pairs, texts, tokenizer, begun, weights, settings, round, dir, emit, signal });
      if (neighbours) {
        neighbours = await measureNeighbours({ ...neighbours.space.bank, weights }, pairs, texts, settings.seed);
      }
      await judge([...towers, ...(neighbours ? [neighbourJudge(neighbours)] : [])]);
    }
    await writeVerifier(dir, {
      imageSize: settings.imageSize,
      towers,
      neighbours,
      calibration: judged!.calibration,
    });
  } finally {
    disposeTowers(towers);
  }
  await rm(work, { recursive: true, force: true });
}

interface RoundContext {
  readonly pairs: readonly CorpusPair[];
  readonly texts: readonly string[];
  readonly tokenizer: Tokenizer;
  /** Folders of towers to begin with, by name. */
  readonly begun: ReadonlyMap<string, readonly string[]> | null;
  readonly weights: ArrayLike<number>;
  readonly settings: Settings;
  readonly round: number;
  readonly dir: string;
  readonly emit: OnEvent;
  readonly signal: AbortSignal | undefined;
}

/** Trains every tower on every choice of folds; the towers side by side, fold after fold. */
async function trainRound(context: RoundContext): Promise<Tower[]> {
  const { settings, pairs, round, emit } = context;
  const stage = `verifier-round-${round}`;
  const towers = Object.keys(settings.towers).map((name): Tower => ({ name, models: [], spaces: [] }));
  const sizes = Array.from({ length: settings.folds }, (_, fold) =>
    stepsOf(chosenFor(pairs, fold, settings), settings),
  );
  const total = towers.length * sizes.reduce((sum, steps) => sum + steps, 0);
  emit({ type: 'stage-start', stage, total });
  let done = 0;
  const onStep = () => emit({ type: 'stage-progress', stage, done: ++done, total });
  try {
    for (let fold = 0; fold < settings.folds; fold++) {
      const trained = await Promise.allSettled(towers.map((tower) => trainTower(context, tower, fold, onStep)));
      for (const result of trained) if (result.status === 'rejected') throw result.reason;
    }
  } catch (error) {
    disposeTowers(towers);
    throw error;
  }
  emit({ type: 'stage-end', stage, done: total });
  return towers;
}

async function trainTower(context: RoundContext, tower: Tower, fold: number, onStep: () => void): Promise<void> {
  const { pairs, texts, tokenizer, begun, weights, settings, round, dir, emit, signal } = context;
  const architecture = settings.towers[tower.name] as ArchitectureName | Architecture;
  const seed = new Random('verifier', settings.seed, tower.name, round, fold).uint32();
  const from = begun?.get(tower.name);
  const options = { architecture, tokenizer, imageSize: settings.imageSize, seed };
  const model = await (from ? startTower(from[fold % from.length]!, options) : ClipModel.create(options));
  tower.models.push(model);
  const chosen = chosenFor(pairs, fold, settings);
  await train({
    model,
    pairs: corpusPairSet(`round ${round} without fold ${fold}`, pairs, weights, chosen),
    dir: join(dir, 'work', `round-${round}`, `fold-${fold}`, tower.name),
    objective: 'clip',
    steps: stepsOf(chosen, settings),
    batchSize: settings.batchSize,
    augment,
    optimizer: { learningRate: settings.learningRate, weightDecay: 0.1 },
    logitScale: { trainable: false, initial: settings.logitScale },
    checkpointEvery: 200,
    seed,
    ...(signal && { signal }),
    onEvent: (event) => {
      if (event.type === 'step-end') onStep();
      else if (event.type === 'warning') emit(event);
    },
  });
  const unseen = pairs.filter(({ imageHash }) => foldOf(imageHash, settings.folds) === fold);
  tower.spaces.push(
    await measure(clipSpace(model), { images: unseen, texts, temperature: 1 / settings.logitScale, seed, signal }),
  );
}

/** Numbers of the pairs whose pictures are in other folds. */
function chosenFor(pairs: readonly CorpusPair[], fold: number, { folds }: Settings): number[] {
  return pairs.flatMap(({ imageHash }, i) => (foldOf(imageHash, folds) === fold ? [] : [i]));
}

function stepsOf(chosen: readonly number[], { epochs, batchSize }: Settings): number {
  return Math.max(1, Math.round((epochs * chosen.length) / batchSize));
}

function neighbourBank(pairs: readonly CorpusPair[]): NeighbourBank {
  return buildNeighbourBank(
    pairs,
    pairs.map(({ text }) => text),
  );
}

async function measureNeighbours(
  bank: NeighbourBank,
  pairs: readonly CorpusPair[],
  texts: readonly string[],
  seed: number,
): Promise<MeasuredNeighbours> {
  const space = new Neighbours(bank);
  const options = { images: pairs, texts, temperature: neighbourTemperature, seed, signal: undefined };
  return { space, measured: await measure(space, options) };
}

/** Measures a space by some of the texts, and of the pictures that it was not trained on. */
async function measure(
  space: EmbeddingSpace,
  options: {
    images: readonly CorpusPair[];
    texts: readonly string[];
    temperature: number;
    seed: number;
    signal: AbortSignal | undefined;
  },
): Promise<MeasuredSpace> {
  const { temperature, signal } = options;
  const random = new Random('banks', options.seed);
  const knobs = signal ? { signal } : {};
  const images = random.shuffle([...options.images]).slice(0, bankSize);
  const texts = random.shuffle([...options.texts]).slice(0, bankSize);
  const imageBank = await space.embedImages(images, knobs);
  const textBank = await space.embedTexts(texts, knobs);
  return measureSpace(space, { imageBank, textBank, temperature });
}

/** What the judges make of the corpus: a calibration without labels, and each pair's probability of being right. */
async function judgeCorpus(
  judges: readonly Judge[],
  pairs: readonly CorpusPair[],
  texts: readonly string[],
  { folds, seed }: Settings,
  signal: AbortSignal | undefined,
): Promise<Judged> {
  const number = new Map(texts.map((text, j) => [text, j]));
  const random = randomCombinations(pairs, texts, { perImage: 2, folds, seed });
  const combinations = {
    image: [...pairs.keys(), ...random.image],
    text: [...pairs.map(({ text }) => number.get(text)!), ...random.text],
  };
  const scores = await judgeCombinations(judges, pairs, texts, combinations, signal ? { signal } : {});
  const width = judges.length;
  const own = scores.subarray(0, pairs.length * width);
  const towers = judges.map(({ name }) => name);
  const calibration = fitCalibration({ towers, pairs: own, shuffled: scores.subarray(own.length) });
  const probabilities = Float64Array.from(pairs, (_, i) =>
    sigmoid(fuse(calibration, (tower) => own[i * width + towers.indexOf(tower)]!)),
  );
  return { calibration, probabilities };
}

function neighbourJudge({ measured }: MeasuredNeighbours): Judge {
  return { name: neighboursName, spaces: [measured] };
}

function disposeTowers(towers: readonly Tower[]): void {
  for (const { models } of towers) for (const model of models) model.dispose();
}

/** @throws AnagramError `run-options-changed` where another run was begun in `dir` */
async function requireSameRun(dir: string, options: { settings: Settings; source: object }): Promise<void> {
  const before = await readFile(join(dir, runFile), 'utf8').catch(() => null);
  if (before === null || before === JSON.stringify(options)) return;
  const hash = (value: unknown) =>
    createHash('sha256')
      .update(JSON.stringify(value) ?? '')
      .digest('hex');
  const old = JSON.parse(before) as { settings: Record<string, unknown>; source: object };
  const names = Object.keys(options.settings) as (keyof Settings)[];
  const changed: string[] = names.filter((name) => hash(old.settings[name]) !== hash(options.settings[name]));
  if (hash(old.source) !== hash(options.source)) changed.push('source');
  throw new AnagramError(
    'run-options-changed',
    `${dir} holds a verifier of other options: ${changed.join(', ')} changed. Expected the options that it was begun with. Give them again, or another dir.`,
    { dir, changed },
  );
}
