import { join } from 'node:path';
import type { NegativeCategory } from '../pair.ts';
import { manifestHash, readManifest } from '../shard/manifest.ts';
import type { PreparedPairs } from '../shard/open-pairs.ts';
import type { StoredNegative } from '../shard/sample.ts';
import { indexShard } from '../shard/shard-reader.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { detectability } from './detectability.ts';

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
      readonly detectability: number | null;
    };
  };
  /** AUROC of telling negatives from captions by text alone; 0.5 is chance, null with fewer than 20 negatives. */
  readonly detectability: number | null;
  readonly manifestHash: string;
}

/** Counts what stands in the finished shards and writes it to `report.json`; the same shards give the same report. */
export async function reportNegatives(dir: string, pairs: PreparedPairs, seed: number): Promise<NegativesReport> {
  const captions = new Map<string, string>();
  for await (const { key, text } of pairs.samples()) captions.set(key, text);
  const found: { caption: string; negative: StoredNegative }[] = [];
  let covered = 0;
  for (const line of await readManifest(dir)) {
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
    manifestHash: await manifestHash(dir),
  };
  await writeAtomic(join(dir, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

type Found = readonly { caption: string; negative: StoredNegative }[];

const pictures = (found: Found): number => found.filter(({ negative }) => negative.image !== undefined).length;

const toldApart = (found: Found, seed: number): number | null =>
  detectability(
    found.map(({ caption }) => caption),
    found.map(({ negative }) => negative.text),
    seed,
  );
