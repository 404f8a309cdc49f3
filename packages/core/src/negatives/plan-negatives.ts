import { join } from 'node:path';
import { AnswerCache } from '../answer-cache.ts';
import type { Json, NegativeCategory, NegativeText } from '../pair.ts';
import { findFinished, readManifest } from '../shard/manifest.ts';
import { shardName } from '../shard/shard-writer.ts';
import { openRun, type WriteNegativesOptions } from './write-negatives.ts';
import { candidatesOf, type PairWork, storedPair } from './write-pair.ts';

/** What a run of `writeNegatives` would ask of generators. */
export interface NegativesPlan {
  readonly pairs: number;
  /** Pairs whose negatives are not written yet. */
  readonly open: number;
  /** Captions that the writer would be asked about, and pictures that the editor would be; what the cache answers is left out. */
  readonly asked: { readonly writer: number; readonly editor: number };
}

/**
 * Asks writer and editor for everything that `writeNegatives` would, and keeps nothing of it. With generators whose `Meter` has
 * `dryRun` nothing is sent, and the meter's report is what the run would cost: at most, since for a caption whose negatives are
 * unknown the editor is asked for as many pictures as there may be negatives.
 * @throws AnagramError as `writeNegatives`.
 */
export async function planNegatives(given: WriteNegativesOptions): Promise<NegativesPlan> {
  const { settings, pairs, root, dir, stepKey, work: shared } = await openRun(given);
  const { categories, perPair, shardSize, signal } = settings;
  const kept = new AnswerCache(join(root, 'cache'));
  const asked = { writer: 0, editor: 0 };
  const cache: PairWork['cache'] = {
    async answer(question: Json, ask) {
      const answer = await kept.find(question);
      if (answer) return answer;
      asked[(question as readonly Json[])[0] === 'negative-text' ? 'writer' : 'editor']++;
      return ask();
    },
  };
  const work = { ...shared, cache };
  const finished = settings.fresh ? [] : await readManifest(dir);
  let open = 0;
  for (let first = 0; first < pairs.length; first += shardSize) {
    if (await findFinished(dir, finished, shardName('negatives', first / shardSize), stepKey)) continue;
    const last = Math.min(pairs.length, first + shardSize);
    open += last - first;
    for (let i = first; i < last; i++) {
      signal?.throwIfAborted();
      const sample = await pairs.sample(i);
      const candidates = await candidatesOf(sample, work);
      const unknown = candidates.length === 0 && !work.writer.free;
      const negatives = unknown ? standIns(sample.text, categories) : candidates;
      if (work.editor && !work.editor.free) await storedPair(sample, negatives.slice(0, perPair), work);
    }
  }
  return { pairs: pairs.length, open, asked };
}

/** As long as the caption, and different from each other. */
function standIns(caption: string, categories: readonly NegativeCategory[]): NegativeText[] {
  return categories.map((category) => ({ category, text: `${caption} (${category})`, change: { from: '', to: '' } }));
}
