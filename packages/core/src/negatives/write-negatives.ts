import { join } from 'node:path';
import * as z from 'zod';
import { AnswerCache } from '../answer-cache.ts';
import { type Knobs, safeEmitter } from '../events.ts';
import { hashBytes } from '../image/hash.ts';
import type { ImageEditor, NegativeWriter, PairScorer } from '../models.ts';
import { type NegativeCategory, type NegativeText, negativeCategories } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { lockFolder } from '../shard/lock.ts';
import { findFinished, readManifest, writeWidsIndex } from '../shard/manifest.ts';
import { openPairs, type PreparedPairs } from '../shard/open-pairs.ts';
import { shardName, writeLines, writeShard } from '../shard/shard-writer.ts';
import { type Balanced, balance } from './balance.ts';
import { ruleEditor } from './edit-image.ts';
import { type RuleLanguage, ruleLanguages } from './language.ts';
import { type NegativesReport, reportNegatives } from './report-negatives.ts';
import { ruleWriter } from './rule-writer.ts';
import { clearNegatives, requireSameSettings, writeSettings } from './run-settings.ts';
import { TrueTexts } from './screen.ts';
import { candidatesOf, type PairWork, storedPair } from './write-pair.ts';

export interface WriteNegativesOptions extends Knobs {
  /** What `prepare` returned, or its folder. */
  readonly pairs: string | { readonly dir: string };
  /** Writes the texts. @default ruleWriter({ language }) */
  readonly writer?: NegativeWriter;
  /** Of the captions, for the default writer; `auto` tells each caption's by its script. @default 'auto' */
  readonly language?: 'auto' | RuleLanguage;
  /** Makes pictures fit the texts; null for negative texts alone. @default ruleEditor() */
  readonly editor?: ImageEditor | null;
  /** Drops a negative that fits the picture better than the caption does. @default none */
  readonly scorer?: PairScorer;
  /** What a negative may change. @default all of `negativeCategories` */
  readonly categories?: readonly NegativeCategory[];
  /** Most negatives per pair, of different categories. @default 4 */
  readonly perPair?: number;
  /**
   * Negatives are left out, block by block of about 8,192 pairs, until a classifier that reads the texts alone tells them
   * from their captions no better than this (`detectability`, 0.5 is chance). Null keeps all. @default 0.55
   */
  readonly maxDetectability?: number | null;
  /** The shards go to `dir/negatives`, answers of generators to `dir/cache`. The same `dir` resumes. @default the pairs' folder */
  readonly dir?: string;
  /**
   * Begins anew, and removes the negatives in `dir/negatives` once the first shard of the new ones can be written; answers of generators
   * stay in the cache. @default false
   */
  readonly fresh?: boolean;
  /** Everything random follows from it. @default 0 */
  readonly seed?: number;
  /** Pairs that are asked for at the same time. @default 8 */
  readonly concurrency?: number;
  /** Pairs in a shard. @default 512 */
  readonly shardSize?: number;
}

/** Pairs that are balanced together; their texts are in memory at the same time. */
const pairsPerBlock = 8_192;
/** Negatives of a category to choose from. */
const choicesPerCategory = 4;

const has = (method: string) => (value: unknown) =>
  typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function';
export const writeNegativesOptions = z.strictObject({
  pairs: z.union([z.string(), z.looseObject({ dir: z.string() }).transform(({ dir }) => dir)]),
  writer: z.custom<NegativeWriter>(has('write'), 'expected a negative writer, e.g. ruleWriter()').optional(),
  language: z.enum(['auto', ...ruleLanguages]).default('auto'),
  editor: z.custom<ImageEditor>(has('edit'), 'expected an image editor, e.g. ruleEditor()').nullable().optional(),
  scorer: z.custom<PairScorer>(has('score'), 'expected an object with a function score').optional(),
  categories: z
    .array(z.enum(negativeCategories))
    .min(1)
    .default([...negativeCategories]),
  perPair: z.int().min(1).default(4),
  maxDetectability: z.number().gt(0.5).max(1).nullable().default(0.55),
  dir: z.string().optional(),
  fresh: z.boolean().default(false),
  seed: z.int().min(0).default(0),
  concurrency: z.int().min(1).default(8),
  shardSize: z.int().min(1).default(512),
  signal: z.instanceof(AbortSignal).optional(),
  onEvent: z.custom<Knobs['onEvent']>((value) => typeof value === 'function').optional(),
});

/** What a finished run of `writeNegatives` left behind; also in `report.json` of its folder. */
export interface WrittenNegatives extends NegativesReport {
  /** Folder of the derived shards. */
  readonly dir: string;
  readonly manifestHash: string;
}

/**
 * Writes compositional negatives of prepared pairs as derived shards: texts T'_C by category (`K.neg.json`) and, where the
 * editor can, their pictures I'_C (`K.neg0.png`, …). Shard by shard; the same call goes on where it was stopped, with the
 * same result as if it had not been.
 *
 * @throws AnagramError `invalid-options`; `source-failed` where nothing was prepared; `dir-in-use`; `run-options-changed`
 *   where the folder holds negatives of other pairs or settings; whatever writer, editor and scorer throw.
 */
export async function writeNegatives(given: WriteNegativesOptions): Promise<WrittenNegatives> {
  const { settings, pairs, root, dir, identity, stepKey, work: shared, emit } = await openRun(given);
  const { perPair, maxDetectability: most, seed, shardSize, signal } = settings;
  await using _lock = await lockFolder(dir);
  const finished = settings.fresh ? [] : await readManifest(dir);
  if (finished.length > 0) await requireSameSettings(dir, identity, settings.pairs);
  let begun = finished.length > 0;
  /** What an earlier run left goes only when there is something to take its place. */
  const begin = async () => {
    if (begun) return;
    await clearNegatives(dir);
    await writeSettings(dir, identity);
    begun = true;
  };
  const work: PairWork = { ...shared, cache: new AnswerCache(join(root, 'cache')) };
  const each = <T>(first: number, end: number, task: (i: number) => Promise<T>) =>
    inOrder(first, end, settings.concurrency, (i) => {
      signal?.throwIfAborted();
      return task(i);
    });

  const stage = 'negatives';
  emit({ type: 'stage-start', stage, total: pairs.length });
  const blockSize = shardSize * Math.ceil(pairsPerBlock / shardSize);
  for (let start = 0; start < pairs.length; start += blockSize) {
    const end = Math.min(pairs.length, start + blockSize);
    const name = shardName('balance', start / blockSize, 'jsonl');
    let balanced: Balanced<NegativeText> | null = null;
    // Shards are made of what was chosen for the whole block; it is chosen once, and again only after a stop.
    const choose = async () => {
      const groups = await each(start, end, async (i) => {
        const sample = await pairs.sample(i);
        return { caption: sample.text, candidates: await candidatesOf(sample, work) };
      });
      return balance(groups, { perGroup: perPair, most, seed });
    };
    for (let first = start; first < end; first += shardSize) {
      const shard = shardName(stage, first / shardSize);
      const last = Math.min(end, first + shardSize);
      if (!(await findFinished(dir, finished, shard, stepKey))) {
        signal?.throwIfAborted();
        const anew = balanced === null;
        balanced ??= await choose();
        const { chosen: texts, ...figures } = balanced;
        const samples = await each(first, last, async (i) =>
          storedPair(await pairs.sample(i), texts[i - start]!, work),
        );
        await begin();
        if (anew) await writeLines({ dir, name, lines: [JSON.stringify({ first: start, ...figures })], stepKey });
        await writeShard({ dir, name: shard, samples, stepKey, parent: identity.parent });
        emit({ type: 'shard-saved', path: join(dir, shard), count: samples.length });
      }
      emit({ type: 'stage-progress', stage, done: last, total: pairs.length });
    }
  }
  await begin();
  await writeWidsIndex(dir, stage);
  const report = await reportNegatives(dir, pairs, seed);
  emit({ type: 'stage-end', stage, done: pairs.length, note: noteOf(report) });
  return { dir, ...report };
}

/** What a run of these options is: checked, its pairs opened, nothing written. */
export async function openRun(given: WriteNegativesOptions) {
  const settings = parseSettings('writeNegatives', writeNegativesOptions, given);
  const pairs = await openPairs(settings.pairs);
  const root = settings.dir ?? settings.pairs;
  const dir = join(root, 'negatives');
  const writer = settings.writer ?? ruleWriter({ language: settings.language });
  const editor = settings.editor === undefined ? ruleEditor() : settings.editor;
  const { categories, perPair, maxDetectability: most, seed, shardSize, scorer, signal } = settings;
  const identity = {
    version: 2,
    parent: pairs.manifestHash,
    writer: writer.id,
    // The edits of models are verified since this suffix; shards without it hold whatever was drawn.
    editor: editor && (editor.free ? editor.id : `${editor.id}/verified-1`),
    scorer: scorer?.id ?? null,
    categories: [...categories],
    perPair,
    maxDetectability: most,
    seed,
    shardSize,
  };
  const work: Omit<PairWork, 'cache'> = {
    ...{ writer, editor, categories, seed, scorer: scorer ?? null, signal },
    choices: most === null ? 1 : choicesPerCategory,
    known: await readTexts(pairs, signal),
  };
  const stepKey = hashBytes(JSON.stringify(identity));
  return { settings, pairs, root, dir, identity, stepKey, work, emit: safeEmitter(settings.onEvent) };
}

async function readTexts(pairs: PreparedPairs, signal: AbortSignal | undefined): Promise<TrueTexts> {
  const known = new TrueTexts();
  for await (const { text, provenance } of pairs.samples(signal ? { signal } : {})) {
    if (provenance.pixelHash !== null) known.add(provenance.pixelHash, text);
  }
  return known;
}

function noteOf({ negatives, coverage, detectability }: NegativesReport): string {
  const told =
    detectability === null
      ? ''
      : `, told apart by text alone with AUROC ${detectability.auroc.toFixed(2)}, own caption picked ${(100 * detectability.paired).toFixed(0)} %`;
  return `${negatives} negatives for ${(100 * coverage).toFixed(0)} % of the pairs${told}`;
}

/** `[work(first), …, work(end - 1)]`, at most `limit` at a time. The first failure stops the rest from being started. */
async function inOrder<T>(first: number, end: number, limit: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const i = next++;
      try {
        results[i - first] = await work(i);
      } catch (error) {
        next = end;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: limit }, lane));
  for (const settled of lanes) if (settled.status === 'rejected') throw settled.reason;
  return results;
}
