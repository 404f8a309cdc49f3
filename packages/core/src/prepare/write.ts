import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnEvent } from '../events.ts';
import type { Source } from '../pair.ts';
import { findFinished, type ManifestLine, readManifest, writeWidsIndex } from '../shard/manifest.ts';
import type { SampleRow } from '../shard/sample-table.ts';
import { shardName, writeShard, writeTable, writeVerdicts } from '../shard/shard-writer.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { Decision } from './decide.ts';
import { type PlannedShard, planShards } from './plan.ts';
import { readSamples } from './read-samples.ts';
import { digest, type ScoredRecord } from './records.ts';

const verdictsPerFile = 4096;
const ownFiles = /^((pairs|rejected)-\d+\.(tar|parquet)|verdicts-\d+\.jsonl|wids\.json)$/;

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
 * Writes what was decided: `pairs-NNNNN.tar` and `rejected-NNNNN.tar` with a table beside each, `verdicts-NNNNN.jsonl`. A shard
 * that is done and would hold the same is left alone; other decisions than last time clear the folder first. However many
 * shards are missing, the source is read once for the pairs and once for what was rejected, and memory holds a few pictures.
 */
export async function writeDecisions(context: Context): Promise<void> {
  const { dir, work, decisions, emit } = context;
  const { pairs, rejected } = planShards(context);
  const planned = [...pairs, ...rejected];
  await clearOthers(dir, work, digest(planned.map(({ name, stepKey }) => [name, stepKey])));
  const lines = await readManifest(dir);
  const missing = { pairs: await unfinished(dir, lines, pairs), rejected: await unfinished(dir, lines, rejected) };
  const total = planned.length;
  let done = total - missing.pairs.length - missing.rejected.length;
  emit({ type: 'stage-start', stage: 'prepare-write', total, ...(done > 0 && { resumedFrom: done }) });
  for (const shards of [missing.pairs, missing.rejected]) {
    await writeShards(context, shards, ({ name, samples }) => {
      emit({ type: 'shard-saved', path: join(dir, name), count: samples.length });
      emit({ type: 'stage-progress', stage: 'prepare-write', done: ++done, total });
    });
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

async function unfinished(dir: string, lines: readonly ManifestLine[], shards: readonly PlannedShard[]) {
  const missing: PlannedShard[] = [];
  for (const shard of shards) {
    const { name, table, stepKey } = shard;
    const whole = (await findFinished(dir, lines, name, stepKey)) && (await findFinished(dir, lines, table, stepKey));
    if (!whole) missing.push(shard);
  }
  return missing;
}

async function writeShards(context: Context, shards: readonly PlannedShard[], onSaved: (shard: PlannedShard) => void) {
  const { dir, signal } = context;
  const all = readSamples(
    context,
    shards.flatMap(({ samples }) => samples),
  );
  try {
    for (const shard of shards) {
      signal?.throwIfAborted();
      const { name, table, stepKey } = shard;
      const rows: SampleRow[] = [];
      const samples = async function* () {
        while (rows.length < shard.samples.length) {
          const { sample, row } = (await all.next()).value!;
          rows.push(row);
          yield sample;
        }
      };
      await writeShard({ dir, name, samples: samples(), stepKey });
      await writeTable({ dir, name: table, rows, stepKey });
      onSaved(shard);
    }
  } finally {
    await all.return(undefined);
  }
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
