import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  auroc,
  calibrate,
  defineSource,
  type Knobs,
  openPairs,
  type PairSet,
  type PairVerifier,
  type PreparedPairs,
  prepare,
  type Source,
  type TrainVerifierSettings,
  Verifier,
  writeAtomic,
  writeNegatives,
} from '@anagram/core';
import type { NoiseShares } from '@anagram/worlds/noise';
import { measureRoutes, type RouteFigures, rounded } from '../prepare/verification.ts';
import { noisyCorpus, type RecordTruth } from './noisy-corpus.ts';
import { type StandInSettings, type StandIns, standIns } from './stand-ins.ts';
import type { World } from './worlds.ts';

/**
 * What a row makes of the corpus. `raw`: every pair, wrong ones too. `prepared`: what `prepare` keeps of it. `restored`: the same with stand-ins
 * for the models that caption, repair and illustrate. `right`: its right pairs alone, which a flawless filter would keep. `clean`: the same
 * pictures, each with its own text, as if there had been no noise.
 */
export type NoisyData = 'raw' | 'prepared' | 'restored' | 'right' | 'clean';

/** The corpus and the verifier over it; one for all seeds of the rows. */
export interface NoisySettings {
  /** Records, the first scenes of the world's training split. */
  readonly count: number;
  readonly noise: NoiseShares;
  readonly seed: number;
  readonly verifier: TrainVerifierSettings;
}

/**
 * Chosen by what the corpus costs. Its size decides what a filter can reach at all: of few records, the pairs that the noise took are missed more than
 * the wrong ones hurt.
 */
export const noisySettings: NoisySettings = {
  count: 30_000,
  noise: { lostTexts: 0.1, lostImages: 0.1, wrong: 0.3 },
  seed: 1,
  verifier: { epochs: 4 },
};

/** Width and height of the pictures in pixels, the tiny-vit's. */
const size = 56;

/** What a row was trained on, against the truth. */
export interface DataFigures {
  readonly records: number;
  /** Pairs that the row draws from. */
  readonly pairs: number;
  /** Share of them whose text is their picture's own, word by word. */
  readonly right: number;
  /** Share of the corpus' right pairs that are among them. */
  readonly recall: number;
  /** Share of them that have at least one negative. */
  readonly withNegatives: number;
  /** Null where nothing was judged. */
  readonly preparation: {
    readonly threshold: number;
    /** Of the verifier's probability, over the corpus' pairs. */
    readonly auroc: number;
    readonly routes: { readonly [route: string]: RouteFigures };
  } | null;
}

/** Takes every pair for right. */
const believer: PairVerifier = {
  id: 'believer',
  imageSize: null,
  threshold: 0,
  baseRate: 1,
  score: async (pairs) => pairs.map(() => ({ score: 0, probability: 1, byTower: {} })),
};

const open = new Map<string, Promise<{ pairs: PairSet; figures: DataFigures }>>();

/**
 * The row's pairs with negative texts of the rule writer, which are made of the texts that the row itself has: nothing of the world's exact
 * negatives is used. Made once in the work folder and read from there by every seed; stopped, the same call goes on.
 */
export function noisyData(
  options: { world: World; data: NoisyData; models?: StandInSettings; settings: NoisySettings; work: string } & Knobs,
): Promise<{ pairs: PairSet; figures: DataFigures }> {
  const { world, data, models, settings, work } = options;
  if ((data === 'restored') !== (models !== undefined))
    throw new Error('A corpus is restored by `models`, and by nothing else.');
  const dir = join(work, world.name, 'noisy', named(data, world, { ...settings, ...models }));
  const known = open.get(dir);
  if (known) return known;
  const made = openOrMake(dir, options);
  open.set(dir, made);
  made.catch(() => open.delete(dir));
  return made;
}

type Options = Parameters<typeof noisyData>[0];

function named(what: string, world: World, settings: NoisySettings & Partial<StandInSettings>): string {
  const identity = JSON.stringify({ set: world.training.fingerprint, what, ...settings });
  return `${what}-${createHash('sha256').update(identity).digest('hex').slice(0, 8)}`;
}

async function openOrMake(dir: string, options: Options): Promise<{ pairs: PairSet; figures: DataFigures }> {
  const path = join(dir, 'figures.json');
  const done = await readFile(path, 'utf8').catch(() => null);
  const figures = done === null ? await make(dir, options) : (JSON.parse(done) as DataFigures);
  if (done === null) await writeAtomic(path, `${JSON.stringify(figures, null, 1)}\n`);
  return { pairs: await openPairs(join(dir, 'data'), { negatives: true }), figures };
}

async function make(dir: string, options: Options): Promise<DataFigures> {
  const { world, data, settings } = options;
  const knobs = knobsOf(options);
  const { count, noise, seed } = settings;
  await mkdir(dir, { recursive: true });
  const spoilt = data === 'clean' ? { lostTexts: 0, lostImages: 0, wrong: 0 } : noise;
  const corpus = await noisyCorpus({ set: world.training, count, noise: spoilt, seed, size });
  const { truth } = corpus;
  const source = data === 'right' ? rightAlone(corpus) : corpus.source;
  // Scenes of one category look alike where their captions differ: near pictures are no duplicates here.
  const common = { source, dir: join(dir, 'data'), near: false, ...knobs } as const;
  const off = { captioner: 'off', repairer: 'off', illustrator: 'off' } as const;
  const { pairs, threshold, drawsRight } =
    data === 'prepared' || data === 'restored'
      ? await prepareByVerifier({ ...options, source, common })
      : { pairs: await prepare({ ...common, ...off, verifier: believer }), threshold: null, drawsRight: null };
  const { coverage } = await writeNegatives({ pairs, editor: null, ...knobs });
  const isRight = async (id: string, text: string, pixelHash: string | null) => {
    const { kind, text: own } = truth.get(id)!;
    return text === own && (kind !== 'text' || !drawsRight || (await drawsRight(text, pixelHash!)));
  };
  return measure(pairs, truth, { isRight, withNegatives: rounded(coverage), threshold });
}

function rightAlone({ source, truth }: Awaited<ReturnType<typeof noisyCorpus>>): Source {
  return defineSource({
    name: `${source.name}-right`,
    settings: source.settings,
    async *records(knobs) {
      for await (const record of source.records(knobs)) if (truth.get(record.id)!.right) yield record;
    },
  });
}

/** With stand-ins for models where the row has them. */
async function prepareByVerifier(
  options: Options & { source: Source; common: Pick<Parameters<typeof prepare>[0], 'source' | 'dir' | 'near'> },
): Promise<{ pairs: PreparedPairs; threshold: number; drawsRight: StandIns['drawsRight'] | null }> {
  const { world, models, settings, source, common } = options;
  const { dir, threshold } = await trainVerifier(options);
  await using verifier = await Verifier.load(dir);
  const { seed } = settings;
  const made = models ? await standIns({ ...models, source, set: world.training, size, seed }) : null;
  const pairs = await prepare({ ...common, verifier, threshold, ...made?.generators });
  return { pairs, threshold, drawsRight: made?.drawsRight ?? null };
}

const trained = new Map<string, ReturnType<typeof trainVerifier>>();

/** Cross-fitted on the noisy corpus itself, and calibrated without a label; once for all rows. */
function trainVerifier(options: Options & { source: Source }): Promise<{ dir: string; threshold: number }> {
  const { world, settings, work, source } = options;
  const dir = join(work, world.name, 'noisy', named('verifier', world, settings));
  const known = trained.get(dir);
  if (known) return known;
  const made = (async () => {
    await using verifier = await Verifier.train({ source, dir, ...settings.verifier, ...knobsOf(options) });
    const { threshold } = await calibrate({ verifier, source, ...knobsOf(options) });
    return { dir, threshold };
  })();
  trained.set(dir, made);
  made.catch(() => trained.delete(dir));
  return made;
}

function knobsOf({ signal, onEvent }: Knobs): Knobs {
  return { ...(signal && { signal }), ...(onEvent && { onEvent }) };
}

async function measure(
  pairs: PreparedPairs,
  truth: ReadonlyMap<string, RecordTruth>,
  options: { isRight: Parameters<typeof measureRoutes>[1]; withNegatives: number; threshold: number | null },
): Promise<DataFigures> {
  const { isRight, withNegatives, threshold } = options;
  const routes = await measureRoutes(pairs, isRight);
  const right = Object.values(routes).reduce((sum, one) => sum + one.kept * one.right, 0);
  const verdicts = (await Array.fromAsync(pairs.verdicts())).filter(({ id }) => truth.get(id)!.kind === 'pair');
  const labels = verdicts.map(({ id }) => truth.get(id)!.right === true);
  const keptRight = verdicts.filter(({ kept, repaired }, i) => kept && !repaired && labels[i]).length;
  const scores = verdicts.map(({ score }) => score ?? 0);
  return {
    records: truth.size,
    pairs: pairs.length,
    right: rounded(right / pairs.length),
    recall: rounded(keptRight / labels.filter(Boolean).length),
    withNegatives,
    preparation:
      threshold === null ? null : { threshold: rounded(threshold), auroc: rounded(auroc(scores, labels)), routes },
  };
}
