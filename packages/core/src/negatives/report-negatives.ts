import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NegativeCategory } from '../pair.ts';
import { type ManifestLine, manifestHash, readManifest } from '../shard/manifest.ts';
import type { PreparedPairs } from '../shard/open-pairs.ts';
import type { StoredNegative } from '../shard/sample.ts';
import { indexShard } from '../shard/shard-reader.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { Balanced } from './balance.ts';
import { describeScenes, type SceneCounts } from './describe-scenes.ts';
import { type Detectability, detectability } from './detectability.ts';

export interface NegativesReport {
  readonly pairs: number;
  readonly negatives: number;
  /** Negatives that have a picture of their own. */
  readonly images: number;
  /** Share of the pairs that have at least one negative. */
  readonly coverage: number;
  readonly byCategory: {
    readonly [category in NegativeCategory]?: {
      readonly texts: number;
      readonly images: number;
      readonly detectability: Detectability | null;
    };
  };
  /** How well text alone tells negatives from captions; 0.5 is chance, null with fewer than 20 negatives. */
  readonly detectability: Detectability | null;
  /** The set before it was balanced: its negatives, and how well those were told (mean over blocks, weighted by negatives). */
  readonly beforeBalance: { readonly negatives: number; readonly detectability: Detectability | null };
  /** What the captions say, read as scene graphs; null where none is English. */
  readonly scenes: SceneCounts | null;
  readonly manifestHash: string;
}

/** Counts what stands in the finished shards and writes it to `report.json`; the same shards give the same report. */
export async function reportNegatives(dir: string, pairs: PreparedPairs, seed: number): Promise<NegativesReport> {
  const captions = new Map<string, string>();
  for await (const { key, text } of pairs.samples()) captions.set(key, text);
  const found: { caption: string; negative: StoredNegative }[] = [];
  let covered = 0;
  const lines = await readManifest(dir);
  for (const line of lines.filter(({ shard }) => shard.endsWith('.tar'))) {
    for (const { key, texts } of await indexShard(dir, line)) {
      const negatives = JSON.parse(texts.get('neg.json') ?? '[]') as StoredNegative[];
      if (negatives.length > 0) covered++;
      for (const negative of negatives) found.push({ caption: captions.get(key)!, negative });
    }
  }
  const byCategory: { [category in NegativeCategory]?: NonNullable<NegativesReport['byCategory'][NegativeCategory]> } =
    {};
  for (const category of new Set(found.map(({ negative }) => negative.category).sort())) {
    const own = found.filter(({ negative }) => negative.category === category);
    byCategory[category] = { texts: own.length, images: pictures(own), detectability: toldApart(own, seed) };
  }
  const report: NegativesReport = {
    pairs: captions.size,
    negatives: found.length,
    images: pictures(found),
    coverage: captions.size === 0 ? 0 : covered / captions.size,
    byCategory,
    detectability: toldApart(found, seed),
    beforeBalance: await readBalance(dir, lines),
    scenes: describeScenes([...captions.values()]),
    manifestHash: await manifestHash(dir),
  };
  await writeAtomic(join(dir, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

type Found = readonly { caption: string; negative: StoredNegative }[];

const pictures = (found: Found): number => found.filter(({ negative }) => negative.image !== undefined).length;

async function readBalance(dir: string, lines: readonly ManifestLine[]): Promise<NegativesReport['beforeBalance']> {
  const blocks: Pick<Balanced<never>, 'before' | 'keptBefore'>[] = [];
  for (const { shard } of lines.filter((line) => line.shard.startsWith('balance-')))
    blocks.push(JSON.parse(await readFile(join(dir, shard), 'utf8')));
  const negatives = blocks.reduce((sum, { keptBefore }) => sum + keptBefore, 0);
  const measured = blocks.filter(({ before }) => before !== null);
  const weight = measured.reduce((sum, { keptBefore }) => sum + keptBefore, 0);
  const mean = (key: keyof Detectability) =>
    measured.reduce((sum, { before, keptBefore }) => sum + before![key] * keptBefore, 0) / weight;
  return { negatives, detectability: weight === 0 ? null : { auroc: mean('auroc'), paired: mean('paired') } };
}

const toldApart = (found: Found, seed: number): Detectability | null =>
  detectability(
    found.map(({ caption }) => caption),
    found.map(({ negative }) => negative.text),
    { seed },
  );
