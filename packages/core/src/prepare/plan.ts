import type { Source, Verdict } from '../pair.ts';
import type { PairProvenance } from '../shard/sample.ts';
import { shardName } from '../shard/shard-writer.ts';
import type { Decision, PictureOf } from './decide.ts';
import { digest, type ScoredRecord } from './records.ts';

/** A sample as it will be written, without its picture's bytes. */
export interface PlannedSample {
  readonly key: string;
  /** Place of its record in the source. */
  readonly index: number;
  readonly text: string | null;
  readonly picture: PictureOf | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Why it is not kept; null where it is. */
  readonly rejected: string | null;
  readonly provenance: PairProvenance;
}

export interface PlannedShard {
  /** The archive's name and that of the table beside it. */
  readonly name: string;
  readonly table: string;
  readonly stepKey: string;
  readonly samples: readonly PlannedSample[];
}

/** Which shards the decisions make, in the order of the records: pure, so that the same decisions give the same shards. */
export function planShards(context: {
  source: Source;
  records: readonly ScoredRecord[];
  decisions: readonly Decision[];
  shardSize: number;
}): { pairs: PlannedShard[]; rejected: PlannedShard[] } {
  const { source, records, decisions, shardSize } = context;
  return {
    pairs: cut('pairs', keptSamples(source, records, decisions), shardSize),
    rejected: cut('rejected', rejectedSamples(source, records, decisions), shardSize),
  };
}

function keptSamples(source: Source, records: readonly ScoredRecord[], decisions: readonly Decision[]) {
  return decisions.flatMap(({ verdict, kept }, index): PlannedSample[] => {
    if (!kept) return [];
    const { picture, text, probability } = kept;
    const owner = 'index' in picture ? records[picture.index]! : null;
    const { bytesHash, pixelHash, width, height } = 'file' in picture ? picture : owner!;
    const provenance: PairProvenance = {
      id: owner?.id ?? verdict.id,
      source: source.name,
      route: verdict.route,
      score: probability,
      byTower: verdict.repaired ? null : verdict.byTower,
      sha256: bytesHash,
      pixelHash,
      repaired: verdict.repaired,
    };
    return [{ key: keyOf(index), index, text, picture, width, height, rejected: null, provenance }];
  });
}

function rejectedSamples(source: Source, records: readonly ScoredRecord[], decisions: readonly Decision[]) {
  return decisions.flatMap(({ verdict }, index): PlannedSample[] => {
    // A duplicate lies in another sample already.
    if (verdict.kept || verdict.route === 'duplicate') return [];
    const { id, text, hasImage, bytesHash, pixelHash, width, height } = records[index]!;
    const { route, score, byTower, reason } = verdict;
    const provenance: PairProvenance = {
      ...{ id, source: source.name, route, score, byTower, sha256: bytesHash, pixelHash, repaired: null },
      ...refusedOf(verdict),
    };
    const picture = hasImage ? { index } : null;
    return [{ key: keyOf(index), index, text, picture, width, height, rejected: reason, provenance }];
  });
}

/** The text that was not accepted for a record that is not kept: by verification, or by the route's own threshold. */
export function refusedOf({ route, refused, repaired }: Verdict): Pick<PairProvenance, 'refused'> {
  if (refused) return { refused };
  if (!repaired || repaired.partner !== null || route === 'illustrate') return {};
  const { text, score, by, chosen } = repaired;
  return { refused: { text, score, by, ...(chosen && { chosen }) } };
}

function cut(prefix: string, samples: readonly PlannedSample[], shardSize: number): PlannedShard[] {
  const shards: PlannedShard[] = [];
  for (let at = 0; at < samples.length; at += shardSize) {
    const some = samples.slice(at, at + shardSize);
    const number = shards.length;
    shards.push({
      name: shardName(prefix, number),
      table: shardName(prefix, number, 'parquet'),
      stepKey: digest(some.map((sample) => JSON.stringify(sample))),
      samples: some,
    });
  }
  return shards;
}

function keyOf(index: number): string {
  return String(index).padStart(9, '0');
}
