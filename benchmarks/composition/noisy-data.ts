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
import type { World } from './worlds.ts';

/**
 * What a row makes of the corpus. `raw`: every pair, wrong ones too. `prepared`: what `prepare` keeps of it. `right`: its right
 * pairs alone, which a flawless filter would keep. `clean`: the same pictures, each with its own text, as if there had been no noise.
 */
export type NoisyData = 'raw' | 'prepared' | 'right' | 'clean';

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
  options: { world: World; data: NoisyData; settings: NoisySettings; work: string } & Knobs,
): Promise<{ pairs: PairSet; figures: DataFigures }> {
  const { world, data, settings, work } = options;
  const identity = JSON.stringify({ set: world.training.fingerprint, data, ...settings });
  const name = `${data}-${createHash('sha256').update(identity).digest('hex').slice(0, 8)}`;
  const dir = join(work, world.name, 'noisy', name);
  const known = open.get(dir);
  if (known) return known;
  const made = openOrMake(dir, options);
  open.set(dir, made);
  made.catch(() => open.delete(dir));
  return made;
}

type Options = Parameters<typeof noisyData>[0];

async function openOrMake(dir: string, options: Options): Promise<{ pairs: PairSet; figures: DataFigures }> {
  const path = join(dir, 'figures.json');
  const done = await readFile(path, 'utf8').catch(() => null);
  const figures = done === null ? await make(dir, options) : (JSON.parse(done) as DataFigures);
  if (done === null) await writeAtomic(path, `${JSON.stringify(figures, null, 1)}\n`);
  return { pairs: await openPairs(join(dir, 'data'), { negatives: true }), figures };
}

async function make(dir: string, { world, data, settings, signal, onEvent }: Options): Promise<DataFigures> {
  const knobs = { ...(signal && { signal }), ...(onEvent && { onEvent }) };
  const { count, noise, seed } = settings;
  await mkdir(dir, { recursive: true });
  const spoilt = data === 'clean' ? { lostTexts: 0, lostImages: 0, wrong: 0 } : noise;
  const corpus = await noisyCorpus({ set: world.training, count, noise: spoilt, seed });
  const { truth } = corpus;
  const source = data === 'right' ? rightAlone(corpus) : corpus.source;
  // Scenes of one category look alike where their captions differ: near pictures are no duplicates here.
  const common = { source, dir: join(dir, 'data'), near: false, ...knobs } as const;
  const off = { captioner: 'off', repairer: 'off', illustrator: 'off' } as const;
  const { pairs, threshold } =
    data === 'prepared'
      ? await prepareByVerifier({ source, dir, settings, common, knobs })
      : { pairs: await prepare({ ...common, ...off, verifier: believer }), threshold: null };
  const { coverage } = await writeNegatives({ pairs, editor: null, ...knobs });
  return measure(pairs, truth, { withNegatives: rounded(coverage), threshold });
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

/** Cross-fitted on the noisy corpus itself, and calibrated without a label. */
async function prepareByVerifier(options: {
  source: Source;
  dir: string;
  settings: NoisySettings;
  common: Pick<Parameters<typeof prepare>[0], 'source' | 'dir' | 'near'>;
  knobs: Knobs;
}): Promise<{ pairs: PreparedPairs; threshold: number }> {
  const { source, dir, settings, common, knobs } = options;
  await using verifier = await Verifier.train({ source, dir: join(dir, 'verifier'), ...settings.verifier, ...knobs });
  const { threshold } = await calibrate({ verifier, source, ...knobs });
  return { pairs: await prepare({ ...common, ...knobs, verifier, threshold }), threshold };
}

async function measure(
  pairs: PreparedPairs,
  truth: ReadonlyMap<string, RecordTruth>,
  { withNegatives, threshold }: { withNegatives: number; threshold: number | null },
): Promise<DataFigures> {
  const routes = await measureRoutes(pairs, (id, text) => truth.get(id)!.text === text);
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
