import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnEvent } from '../events.ts';
import type { Source } from '../pair.ts';
import { findFinished, readManifest, writeWidsIndex } from '../shard/manifest.ts';
import { type PairProvenance, pairSample, type ShardSample } from '../shard/sample.ts';
import { shardName, writeShard, writeVerdicts } from '../shard/shard-writer.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { Decision, PictureOf } from './decide.ts';
import { digest, recordsAt, type ScoredRecord } from './records.ts';

const verdictsPerFile = 4096;
const ownFiles = /^((pairs|rejected)-\d+\.tar|verdicts-\d+\.jsonl|wids\.json)$/;

interface PlannedSample {
  readonly key: string;
  readonly text: string | null;
  readonly picture: PictureOf | null;
  readonly provenance: PairProvenance;
}

interface PlannedShard {
  readonly name: string;
  readonly stepKey: string;
  readonly samples: readonly PlannedSample[];
}

interface Context {
  readonly source: Source;
  readonly dir: string;
  readonly work: string;
  readonly records: readonly ScoredRecord[];
  readonly decisions: readonly Decision[];
  readonly shardSize: number;
  readonly emit: OnEvent;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes what was decided: `pairs-NNNNN.tar`, `rejected-NNNNN.tar`, `verdicts-NNNNN.jsonl`. A shard that is done and would
 * hold the same is left alone; other decisions than last time clear the folder first.
 */
export async function writeDecisions(context: Context): Promise<void> {
  const { source, dir, work, records, decisions, shardSize, emit, signal } = context;
  const planned = [
    ...cut('pairs', keptSamples(source, records, decisions), shardSize),
    ...cut('rejected', rejectedSamples(source, records, decisions), shardSize),
  ];
  await clearOthers(dir, work, digest(planned.map(({ name, stepKey }) => [name, stepKey])));
  const lines = await readManifest(dir);
  const missing: PlannedShard[] = [];
  for (const shard of planned) {
    if (!(await findFinished(dir, lines, shard.name, shard.stepKey))) missing.push(shard);
  }
  const total = planned.length;
  let done = total - missing.length;
  emit({ type: 'stage-start', stage: 'prepare-write', total, ...(done > 0 && { resumedFrom: done }) });
  for (const shard of missing) {
    signal?.throwIfAborted();
    const line = await writeShard({
      dir,
      name: shard.name,
      samples: await readSamples(context, shard.samples),
      stepKey: shard.stepKey,
    });
    emit({ type: 'shard-saved', path: join(dir, shard.name), count: line.count });
    emit({ type: 'stage-progress', stage: 'prepare-write', done: ++done, total });
  }
  const verdicts = decisions.map(({ verdict }) => verdict);
  for (let at = 0, number = 0; at < verdicts.length || number === 0; at += verdictsPerFile, number++) {
    const name = shardName('verdicts', number, 'jsonl');
    const some = verdicts.slice(at, at + verdictsPerFile);
    const stepKey = digest(some.map((verdict) => JSON.stringify(verdict)));
    if (!(await findFinished(dir, lines, name, stepKey))) await writeVerdicts({ dir, name, verdicts: some, stepKey });
  }
  await writeWidsIndex(dir, 'pairs');
  emit({ type: 'stage-end', stage: 'prepare-write', done });
}

function keptSamples(source: Source, records: readonly ScoredRecord[], decisions: readonly Decision[]) {
  return decisions.flatMap(({ verdict, kept }, index): PlannedSample[] => {
    if (!kept) return [];
    const { picture, text, probability } = kept;
    const owner = 'index' in picture ? records[picture.index]! : null;
    const provenance: PairProvenance = {
      id: owner?.id ?? verdict.id,
      source: source.name,
      route: verdict.route,
      score: probability,
      byTower: verdict.repaired ? null : verdict.byTower,
      sha256: 'file' in picture ? picture.bytesHash : owner!.bytesHash,
      pixelHash: 'file' in picture ? picture.pixelHash : owner!.pixelHash,
      repaired: verdict.repaired,
    };
    return [{ key: keyOf(index), text, picture, provenance }];
  });
}

function rejectedSamples(source: Source, records: readonly ScoredRecord[], decisions: readonly Decision[]) {
  return decisions.flatMap(({ verdict }, index): PlannedSample[] => {
    // A duplicate lies in another sample already.
    if (verdict.kept || verdict.route === 'duplicate') return [];
    const { id, text, hasImage, bytesHash, pixelHash } = records[index]!;
    const { route, score, byTower } = verdict;
    const provenance = { id, source: source.name, route, score, byTower, sha256: bytesHash, pixelHash, repaired: null };
    return [{ key: keyOf(index), text, picture: hasImage ? { index } : null, provenance }];
  });
}

function cut(prefix: string, samples: readonly PlannedSample[], shardSize: number): PlannedShard[] {
  const shards: PlannedShard[] = [];
  for (let at = 0; at < samples.length; at += shardSize) {
    const some = samples.slice(at, at + shardSize);
    const stepKey = digest(some.map((sample) => JSON.stringify(sample)));
    shards.push({ name: shardName(prefix, shards.length), stepKey, samples: some });
  }
  return shards;
}

async function readSamples(
  { source, work, signal }: Context,
  planned: readonly PlannedSample[],
): Promise<ShardSample[]> {
  const wanted = new Set(planned.flatMap(({ picture }) => (picture && 'index' in picture ? [picture.index] : [])));
  const bytes = new Map<number, Uint8Array>();
  const metas = new Map<number, PairProvenance['meta']>();
  for await (const { index, record } of recordsAt(source, wanted, signal)) {
    const read = await record.image?.bytes().catch(() => null);
    if (read) bytes.set(index, read);
    metas.set(index, record.meta);
  }
  return Promise.all(
    planned.map(async ({ key, text, picture, provenance }) => {
      const image =
        picture === null
          ? undefined
          : 'index' in picture
            ? bytes.get(picture.index)
            : new Uint8Array(await readFile(join(work, picture.file)));
      const meta = picture && 'index' in picture ? metas.get(picture.index) : undefined;
      const said = { ...provenance, ...(meta && { meta }) };
      return pairSample(key, { ...(image && { image }), ...(text !== null && { text }), provenance: said });
    }),
  );
}

/** Shards of other decisions are removed, the manifest first, so that it never names what is gone. */
async function clearOthers(dir: string, work: string, key: string): Promise<void> {
  const path = join(work, 'decisions.json');
  const before = await readFile(path, 'utf8').catch(() => null);
  if (before === key) return;
  await rm(join(dir, 'manifest.jsonl'), { force: true });
  for (const name of await readdir(dir)) if (ownFiles.test(name)) await rm(join(dir, name));
  await writeAtomic(path, key);
}

function keyOf(index: number): string {
  return String(index).padStart(9, '0');
}
