import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AnagramError } from '../errors.ts';
import type { OnEvent } from '../events.ts';
import { release } from '../image/decode.ts';
import type { Source, SourceRecord } from '../pair.ts';
import { readAhead } from '../read-ahead.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { PairScore, PairVerifier, ScorablePair } from '../verify/pair-verifier.ts';
import { type IngestedRecord, ingestRecord, roundScore, type ScoredRecord } from './records.ts';

/** Records in a chunk, which is what is done whole or not at all. */
export const chunkSize = 256;
const readAtOnce = 8;
/**
 * Pictures of a chunk that wait to be scored: where they are large, the chunk is scored in parts. Of those that wait as they were
 * decoded there are fewer, for the collector walks over all the heap each time that some 20 MB have come in.
 */
const mostPixelBytes = { fitted: 128 * 2 ** 20, decoded: 8 * 2 ** 20 };

type ReadRecord = Awaited<ReturnType<typeof ingestRecord>>;

export interface IngestContext {
  readonly source: Source;
  readonly verifier: PairVerifier;
  /** Folder of the chunk files. */
  readonly work: string;
  readonly emit: OnEvent;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads every record and scores every pair, in chunks: `ingest-NNNNN.jsonl` and `scores-NNNNN.jsonl` are written whole, and
 * a chunk that is there is not made again, whoever made it.
 */
export async function ingest(context: IngestContext): Promise<ScoredRecord[]> {
  const { source, work, emit, signal } = context;
  emit({ type: 'stage-start', stage: 'prepare-score', total: null });
  const all: ScoredRecord[] = [];
  const seen = new Set<string>();
  const done = await doneChunks(work);
  for await (const chunk of chunksOf(source, (number) => !done.has(number), signal)) {
    const { records, scores } = await ingestChunk(context, chunk);
    for (const [k, record] of records.entries()) {
      const taken = seen.has(record.id);
      seen.add(record.id);
      const problem = taken ? 'an earlier record has the same id' : record.problem;
      all.push({ ...record, problem, index: all.length, score: problem === null ? scores[k]! : null });
    }
    emit({ type: 'stage-progress', stage: 'prepare-score', done: all.length, total: null });
    signal?.throwIfAborted();
  }
  emit({ type: 'stage-end', stage: 'prepare-score', done: all.length });
  return all;
}

/** Consecutive records, and which of the source's chunks they are. */
export interface Chunk {
  readonly number: number;
  readonly records: readonly SourceRecord[];
}

/** All chunks of a source in order. @param wanted Those that are going to be ingested. */
export async function* chunksOf(
  source: Source,
  wanted: (number: number) => boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk> {
  let [number, records]: [number, SourceRecord[]] = [0, []];
  const options = { wanted: (index: number) => wanted(Math.floor(index / chunkSize)), ...(signal && { signal }) };
  for await (const record of source.records(options)) {
    records.push(record);
    if (records.length < chunkSize) continue;
    yield { number, records };
    [number, records] = [number + 1, []];
  }
  if (records.length > 0) yield { number, records };
}

/** Numbers of the chunks that are read and scored. */
export async function doneChunks(work: string): Promise<Set<number>> {
  const names = new Set(await readdir(work).catch(() => []));
  const numbers = [...names].flatMap((name) => /^scores-(\d+)\.jsonl$/.exec(name)?.[1] ?? []);
  return new Set(numbers.filter((number) => names.has(`ingest-${number}.jsonl`)).map(Number));
}

/** @throws AnagramError `run-options-changed` where the chunk is there and was made from other records. */
export async function ingestChunk(context: IngestContext, { number, records: chunk }: Chunk) {
  const name = `${String(number).padStart(5, '0')}.jsonl`;
  const [ingestPath, scorePath] = [join(context.work, `ingest-${name}`), join(context.work, `scores-${name}`)];
  const records = await readLines<IngestedRecord>(ingestPath);
  const scores = await readLines<PairScore | null>(scorePath);
  if (records && records.map(({ id }) => id).join('\n') !== chunk.map(({ id }) => id).join('\n')) {
    throw new AnagramError(
      'run-options-changed',
      `The records of ${context.source.name} are not those that ${ingestPath} was made from. Expected a source that gives the same records every time. Prepare into another dir.`,
      { dir: context.work, changed: ['source'] },
    );
  }
  if (records && scores) {
    if (scores.length === records.length) return { records, scores };
    throw new AnagramError(
      'shard-corrupt',
      `${scorePath} has ${scores.length} lines. Expected ${records.length}, as in ${ingestPath}. Remove both and run the same command again.`,
      { path: scorePath },
    );
  }

  const most = mostPixelBytes[context.verifier.imageSize === null ? 'decoded' : 'fitted'];
  const facts: IngestedRecord[] = [];
  const fresh: (PairScore | null)[] = [];
  let waiting: ReadRecord[] = [];
  let pixelBytes = 0;
  for await (const read of readAhead(chunk, readAtOnce, (record) => ingestRecord(record, context.verifier.imageSize))) {
    context.signal?.throwIfAborted();
    facts.push(read.facts);
    waiting.push(read);
    pixelBytes += read.picture?.image.data.byteLength ?? 0;
    if (pixelBytes < most) continue;
    fresh.push(...(await scoreRecords(context, waiting)));
    waiting = [];
    pixelBytes = 0;
  }
  if (!records) await writeLines(ingestPath, facts);
  fresh.push(...(await scoreRecords(context, waiting)));
  await writeLines(scorePath, fresh);
  return { records: facts, scores: fresh };
}

async function scoreRecords(
  { verifier, signal }: IngestContext,
  read: readonly ReadRecord[],
): Promise<(PairScore | null)[]> {
  const places: number[] = [];
  const pairs: ScorablePair[] = [];
  for (const [k, { facts, picture }] of read.entries()) {
    if (!picture || facts.text === null || facts.problem !== null) continue;
    places.push(k);
    pairs.push({ ...picture, text: facts.text });
  }
  const scored = pairs.length > 0 ? await verifier.score(pairs, signal ? { signal } : {}) : [];
  for (const { picture } of read) if (picture) release(picture.image);
  const scores = read.map((): PairScore | null => null);
  for (const [i, { score, probability, byTower }] of scored.entries()) {
    scores[places[i]!] = {
      score: roundScore(score),
      probability: roundScore(probability),
      byTower: Object.fromEntries(Object.entries(byTower).map(([tower, value]) => [tower, roundScore(value)])),
    };
  }
  return scores;
}

async function readLines<T>(path: string): Promise<T[] | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null
    ? null
    : text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as T);
}

function writeLines(path: string, values: readonly unknown[]): Promise<void> {
  return writeAtomic(path, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}
