import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { type Knobs, type OnEvent, safeEmitter } from '../events.ts';
import type { Captioner, Illustrator, Repairer } from '../models.ts';
import { hasOldNegatives } from '../negatives/run-settings.ts';
import type { Source } from '../pair.ts';
import { type QueueSettings, scoreOnQueue } from '../queue/score-on-queue.ts';
import { objectWith, parseSettings } from '../settings.ts';
import { requireFolderFor } from '../shard/folder-kind.ts';
import { lockFolder } from '../shard/lock.ts';
import { openPairs, type PreparedPairs } from '../shard/open-pairs.ts';
import { removeTemporaries } from '../shard/write-atomic.ts';
import { CutTexts } from '../text/cut-texts.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { fitAcceptance } from './accept.ts';
import { judgeCandidates } from './candidates.ts';
import { type Decision, decide, type Help, routeAll } from './decide.ts';
import { deduplicate } from './deduplicate.ts';
import {
  type Generation,
  type GenerationContext,
  generateCaptions,
  generatePictures,
  generateRepairs,
} from './generate.ts';
import { ingest } from './ingest.ts';
import { requireNoShares } from './prepare-share.ts';
import type { ScoredRecord } from './records.ts';
import { drawKnown, retrieveTexts, textPool } from './retrieve.ts';
import {
  acceptByRoute,
  type RouteThresholds,
  routeThresholdsSchema,
  writeFolderThresholds,
} from './route-thresholds.ts';
import { requireSameRun } from './run.ts';
import { addSimilarPictures, type SimilarPictures } from './similar-pictures.ts';
import { writeDecisions } from './write.ts';

export interface PrepareOptions extends Knobs {
  source: Source;
  verifier: PairVerifier;
  /**
   * Least probability of a pair that is kept, 0–1; or a threshold for each route, of `calibrateRoutes` or of a file that `readThresholds`
   * reads. @default what `calibrate` chose
   */
  threshold?: number | RouteThresholds;
  /**
   * Receives the shards, their manifest, the verdicts, and `work/` with what has been found out. The same call goes on where
   * it was stopped; another threshold decides anew without scoring anything twice, and writes the shards anew.
   */
  dir: string;
  /**
   * Captions lone pictures that match no lone text. `retrieval`: with the best text of the corpus. What it says is kept at
   * the same threshold. @default 'retrieval'
   */
  captioner?: Captioner | 'retrieval' | 'off';
  /** Corrects the texts of pairs below the threshold, likewise. @default 'retrieval' */
  repairer?: Repairer | 'retrieval' | 'off';
  /** Illustrates lone texts, likewise; `retrieval`: with a picture of the corpus that is still without a text. @default 'retrieval' */
  illustrator?: Illustrator | 'retrieval' | 'off';
  /** Bits of 64 in which the perceptual hashes of equal pictures may differ, 0–3, or false. @default 3 */
  near?: 0 | 1 | 2 | 3 | false;
  /**
   * Takes pairs of equal texts for duplicates where a model finds their pictures alike, beyond what `near` tells. Another `from` decides
   * anew without embedding anything twice. @default none
   */
  similar?: SimilarPictures;
  /** Pairs in a shard. @default 1000 */
  shardSize?: number;
  /** Lets `runWorker`s on other machines read and score, which must see `dir` under the same path. */
  queue?: QueueSettings;
}

const helper = (method: string) =>
  z.union([
    z.enum(['retrieval', 'off']),
    z.custom<{ id: string }>(
      (value) => typeof value === 'object' && value !== null && 'id' in value && method in value,
      `expected 'retrieval', 'off' or an object with id and ${method}`,
    ),
  ]);

const required = z.object({
  source: objectWith('records', 'a source, e.g. folder("./photos", { captions: "sidecar" })'),
  verifier: objectWith('score', 'a verifier, e.g. await Verifier.load("./verifier")'),
});
export const prepareOptions = z.strictObject({
  threshold: z.union([z.number().min(0).max(1), routeThresholdsSchema]).optional(),
  dir: z.string().min(1),
  captioner: helper('caption').default('retrieval'),
  repairer: helper('repair').default('retrieval'),
  illustrator: helper('illustrate').default('retrieval'),
  near: z.union([z.literal([0, 1, 2, 3]), z.literal(false)]).default(3),
  similar: z
    .strictObject({
      model: z.custom<SimilarPictures['model']>(
        (value) => typeof value === 'object' && value !== null && 'embedImages' in value,
        'expected a ClipModel',
      ),
      from: z.number().min(0).max(1),
    })
    .optional(),
  shardSize: z.int().min(1).default(1000),
  queue: z.strictObject({ url: z.string().min(1), plan: z.json() }).optional(),
});

/** What `prepare` gives. */
export interface NewlyPrepared extends PreparedPairs {
  /** Whether the folder's negatives are of pairs that it held before, or damaged; `writeNegatives` then wants `fresh`. */
  readonly oldNegatives: boolean;
}

/**
 * Turns a noisy source into kept pairs: deduplicates, scores, keeps, repairs, matches, captions and illustrates, verifies every
 * change at the same threshold, and writes WebDataset shards with a verdict for every record. A text that retrieval picked is
 * judged by its probability given that it was picked, learnt from pairs that are known (see `fitTrust`), not by the score that picked
 * it. Of what a generator offers one tower chooses and the others accept (see `fitAcceptance`). Thresholds by route have the last word
 * over what one threshold has decided (see `RouteThresholds`). `thresholds.json` says what decided.
 * @returns The kept pairs, for `train` and `writeNegatives`.
 * @throws AnagramError `invalid-options`, `run-options-changed`, `dir-in-use`, `source-failed`, `write-failed`; `queue-failed` and
 *   `parts-failed` with a queue; `generation-failed` from generators. A record that cannot be used is a verdict.
 */
export function prepare(options: PrepareOptions): Promise<NewlyPrepared> {
  return run(options, false, async ({ context, dir, records, decisions, shardSize, thresholds }) => {
    await writeDecisions({ ...context, dir, records, decisions, shardSize });
    await writeFolderThresholds(dir, thresholds);
    const pairs = await openPairs(dir);
    const oldNegatives = await hasOldNegatives(pairs);
    if (oldNegatives) {
      const message = `The negatives in ${join(dir, 'negatives')} are of other pairs than ${dir} holds now, or damaged. Write them anew, with fresh: true, before anything is trained or measured with them.`;
      context.emit({ type: 'warning', message });
    }
    return { ...pairs, oldNegatives };
  });
}

/** What a run of `prepare` would leave to generators. */
export interface PreparationPlan {
  readonly records: number;
  /** Pairs that are kept without a generator. */
  readonly kept: number;
  /** Records that generators would be asked about, what they answered before left out; 0 where there is no generator. */
  readonly asked: { readonly repair: number; readonly caption: number; readonly illustrate: number };
}

/**
 * Does all of `prepare` that needs no generator, which the later run does not do again (but for the words that a repairer is told the verifier doubts), and asks the generators for all that
 * the run would ask, keeping no answer. With generators whose `Meter` has `dryRun` nothing is sent, and the meter's report is
 * what the run would cost.
 * @throws AnagramError as `prepare`.
 */
export function planPreparation(options: PrepareOptions): Promise<PreparationPlan> {
  return run(options, true, async ({ records, decisions, asked }) => ({
    records: records.length,
    kept: decisions.filter(({ kept }) => kept !== null).length,
    asked,
  }));
}

interface Prepared {
  readonly context: Pick<Parameters<typeof writeDecisions>[0], 'source' | 'work' | 'emit' | 'signal'>;
  readonly dir: string;
  readonly shardSize: number;
  readonly records: readonly ScoredRecord[];
  readonly asked: PreparationPlan['asked'];
  /** In a dry run without generators. */
  readonly decisions: readonly Decision[];
  readonly thresholds: RouteThresholds;
}

async function run<T>(
  options: PrepareOptions,
  dryRun: boolean,
  finish: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  parseSettings('prepare', required, options);
  const { source, verifier, signal, onEvent, ...plain } = options;
  const settings = parseSettings('prepare', prepareOptions, plain);
  const chosen = settings.threshold ?? verifier.threshold;
  if (chosen === null) throw noThreshold();
  const thresholds = (typeof chosen === 'number' ? { base: chosen, byRoute: {} } : chosen) as RouteThresholds;
  const threshold = thresholds.base;
  const { dir, near, similar, shardSize } = settings;
  const work = join(dir, 'work');
  const emit = safeEmitter(onEvent);
  signal?.throwIfAborted();
  requireFolderFor('prepared pairs', dir, 'prepare.dir');

  await using _lock = await lockFolder(dir);
  await requireNoShares(dir);
  const run = await requireSameRun(dir, source, verifier);
  const context = { source, verifier, work, emit, signal };
  if (settings.queue) await scoreOnQueue({ ...context, dir, run }, settings.queue);
  const records = await ingest(context);
  await removeTemporaries(work);
  reportCuts(records, verifier, emit);
  const readable = records.filter(({ problem }) => problem === null);
  const alike = deduplicate(readable, { near });
  const duplicates = similar
    ? await addSimilarPictures({ ...context, records: readable, duplicates: alike, similar })
    : alike;
  const routed = routeAll({ records, duplicates, threshold });
  const places = records.map(({ index }) => index);
  const open = places.filter((i) => routed[i]!.route === 'repair' || routed[i]!.route === 'match');
  const pool = textPool(records);
  const waitingPictures = open.filter((i) => records[i]!.hasImage);
  const known = waitingPictures.length > 0 ? drawKnown(records) : [];
  const lookUp = [...new Set([...waitingPictures, ...known])].sort((a, b) => a - b);
  const retrieved = canRetrieve(verifier)
    ? await retrieveTexts({ ...context, verifier, records, pool, wanted: lookUp })
    : new Map();
  const at = (places: readonly number[]) => places.map((i) => records[i]!);
  const candidates = judgeCandidates({ open: at(open), known: at(known), retrieved, poolSize: pool.length, records });
  const evidence = { records, duplicates, candidates, threshold };

  // Generators are asked only for what the corpus itself cannot settle.
  const waiting = decide({ ...evidence, repair: 'off', caption: 'off', illustrate: 'off' });
  const wanted = (way: string) => open.filter((i) => !waiting[i]!.verdict.kept && waiting[i]!.verdict.route === way);
  let accept: ReturnType<typeof fitAcceptance> | undefined;
  const asked = { repair: 0, caption: 0, illustrate: 0 };
  const help = async <G extends { id: string }>(
    way: keyof typeof asked,
    generator: G | 'retrieval' | 'off' = 'retrieval',
    generate: (context: GenerationContext, generator: G) => Promise<Generation>,
  ): Promise<Help> => {
    if (typeof generator === 'string') return generator;
    const generation = await generate({ ...context, records, wanted: wanted(way), dryRun }, generator);
    asked[way] = generation.asked;
    if (dryRun) return 'off';
    accept ??= fitAcceptance(records.flatMap(({ score }) => score ?? []));
    return { by: generator.id, choices: accept(generation.known) };
  };
  const repair = await help('repair', options.repairer, generateRepairs);
  const caption = await help('caption', options.captioner, generateCaptions);
  const illustrate = await help('illustrate', options.illustrator, generatePictures);
  const decisions = acceptByRoute(decide({ ...evidence, repair, caption, illustrate }), thresholds);
  // Awaited here: a promise that is returned outlives the lock.
  return await finish({ context, dir, shardSize, records, asked, decisions, thresholds });
}

/** Says how many texts the verifier judges by their beginnings. */
function reportCuts(records: readonly { text: string | null }[], verifier: PairVerifier, emit: OnEvent): void {
  const texts = records.flatMap(({ text }) => text ?? []);
  const cut = new CutTexts();
  verifier.lostTokens?.(texts).forEach((lost, at) => {
    cut.add(texts[at]!, lost);
  });
  const sentence = cut.sentence();
  if (sentence !== null) emit({ type: 'warning', message: `verifier: ${sentence}` });
}

function canRetrieve(verifier: PairVerifier): verifier is PairVerifier & Required<Pick<PairVerifier, 'logOdds'>> {
  return typeof verifier.logOdds === 'function';
}

function noThreshold(): AnagramError {
  return new AnagramError(
    'invalid-options',
    'prepare has no threshold: none was given, and the verifier is not calibrated. Expected a probability in 0–1. Run calibrate first, or give a threshold.',
    { where: 'prepare.threshold' },
  );
}
