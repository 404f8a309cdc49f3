import { join } from 'node:path';
import type { OnEvent } from '../events.ts';
import { encodePng } from '../image/encode.ts';
import { detectFormat } from '../image/format.ts';
import { hashBytes } from '../image/hash.ts';
import type { Captioner, Illustrator, Repairer } from '../models.ts';
import type { Source } from '../pair.ts';
import { Random } from '../random.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { PairVerifier, ScorablePair } from '../verify/pair-verifier.ts';
import { Journal } from './journal.ts';
import { digest, type ReadPicture, readPicture, recordsAt, roundScore, type ScoredRecord } from './records.ts';

/** A picture that a model made: its file in the work folder, its hashes, its size in pixels. */
export interface GeneratedPicture {
  readonly file: string;
  readonly bytesHash: string;
  readonly pixelHash: string;
  readonly width: number;
  readonly height: number;
}

/** What a generator offered for a record, verified; best first. Independent of any threshold. */
export interface Generated {
  readonly id: string;
  readonly candidates: readonly {
    readonly text: string;
    readonly probability: number;
    readonly byTower: { readonly [tower: string]: number };
    readonly picture?: GeneratedPicture;
  }[];
}

interface Context {
  readonly source: Source;
  readonly verifier: PairVerifier;
  readonly records: readonly ScoredRecord[];
  /** Places of the records to work on. */
  readonly wanted: readonly number[];
  readonly work: string;
  readonly emit: OnEvent;
  readonly signal: AbortSignal | undefined;
}

const candidatesWanted = 4;

/** Lets a model correct the texts of pairs that were rejected. */
export function generateRepairs(context: Context, repairer: Repairer): Promise<Map<string, Generated>> {
  return withPictures(context, 'repair', repairer.id, (image, { text }, knobs) =>
    repairer.repair({ image, text: text!, count: candidatesWanted, ...knobs }),
  );
}

/** Lets a model caption lone pictures. */
export function generateCaptions(context: Context, captioner: Captioner): Promise<Map<string, Generated>> {
  return withPictures(context, 'caption', captioner.id, (image, _, knobs) =>
    captioner.caption({ image, count: candidatesWanted, ...knobs }),
  );
}

/** Lets a model illustrate lone texts; its pictures are kept in the work folder under their hash. */
export async function generatePictures(context: Context, illustrator: Illustrator): Promise<Map<string, Generated>> {
  const { verifier, records, work, signal } = context;
  return journalled(context, 'illustrate', illustrator.id, async function* (missing) {
    for (const index of missing) {
      const { id, text } = records[index]!;
      const seed = new Random('illustrate', id).seed();
      const count = candidatesWanted;
      const pictures = await illustrator.illustrate({ text: text!, count, seed, ...(signal && { signal }) });
      const read = await Promise.all(pictures.map((bytes) => readPicture(bytes, illustrator.id, verifier.imageSize)));
      const files = await Promise.all(read.map((picture) => storePicture(work, picture)));
      const pairs = read.map(({ image, imageHash }) => ({ image, imageHash, text: text! }));
      const verified = await verify(verifier, pairs, signal);
      const candidates = verified.map((candidate, k) => ({ ...candidate, picture: files[k]! }));
      yield { id, candidates: candidates.sort((a, b) => b.probability - a.probability) };
    }
  });
}

function withPictures(
  context: Context,
  stage: string,
  generator: string,
  ask: (image: Uint8Array, record: ScoredRecord, knobs: { signal?: AbortSignal }) => Promise<readonly string[]>,
): Promise<Map<string, Generated>> {
  const { source, verifier, records, signal } = context;
  return journalled(context, stage, generator, async function* (missing) {
    for await (const { index, record } of recordsAt(source, new Set(missing), signal)) {
      const picture = await readPicture(await record.image!.bytes(), record.image!.name, verifier.imageSize);
      const texts = await ask(await portable(picture), records[index]!, signal ? { signal } : {});
      const different = [...new Set(texts)].filter((text) => text.trim() !== '' && text !== records[index]!.text);
      const { image, imageHash } = picture;
      const pairs = different.map((text) => ({ image, imageHash, text }));
      const candidates = await verify(verifier, pairs, signal);
      yield { id: record.id, candidates: candidates.sort((a, b) => b.probability - a.probability) };
    }
  });
}

/** Asks only for what the journal of this generator does not have yet. */
async function journalled(
  { records, wanted, work, emit, signal }: Context,
  stage: string,
  generator: string,
  generate: (missing: readonly number[]) => AsyncIterable<Generated>,
): Promise<Map<string, Generated>> {
  const journal = await Journal.open<Generated>(join(work, `${stage}-${digest(generator).slice(0, 12)}.jsonl`));
  const missing = wanted.filter((index) => !journal.has(records[index]!.id));
  let done = wanted.length - missing.length;
  emit({
    type: 'stage-start',
    stage: `prepare-${stage}`,
    total: wanted.length,
    ...(done > 0 && { resumedFrom: done }),
  });
  for await (const generated of generate(missing)) {
    await journal.add([generated]);
    emit({ type: 'stage-progress', stage: `prepare-${stage}`, done: ++done, total: wanted.length });
    signal?.throwIfAborted();
  }
  emit({ type: 'stage-end', stage: `prepare-${stage}`, done });
  return journal.entries;
}

async function verify(verifier: PairVerifier, pairs: readonly ScorablePair[], signal: AbortSignal | undefined) {
  const scores = pairs.length > 0 ? await verifier.score(pairs, signal ? { signal } : {}) : [];
  return scores.map(({ probability, byTower }, k) => ({
    text: pairs[k]!.text,
    probability: roundScore(probability),
    byTower: Object.fromEntries(Object.entries(byTower).map(([tower, value]) => [tower, roundScore(value)])),
  }));
}

async function storePicture(work: string, { bytes, decoded, imageHash }: ReadPicture): Promise<GeneratedPicture> {
  const bytesHash = hashBytes(bytes);
  const file = `illustration-${bytesHash}.${detectFormat(bytes)}`;
  await writeAtomic(join(work, file), bytes);
  return { file, bytesHash, pixelHash: imageHash, width: decoded.width, height: decoded.height };
}

/** Models take PNG and JPEG. */
async function portable({ bytes, decoded }: ReadPicture): Promise<Uint8Array> {
  const format = detectFormat(bytes);
  return format === 'png' || format === 'jpg' ? bytes : encodePng(decoded);
}
