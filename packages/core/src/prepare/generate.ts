import { join } from 'node:path';
import type { OnEvent } from '../events.ts';
import { encodePng } from '../image/encode.ts';
import { detectFormat } from '../image/format.ts';
import { hashBytes } from '../image/hash.ts';
import type { Captioner, Illustrator, Repairer } from '../models.ts';
import type { Source } from '../pair.ts';
import { Random } from '../random.ts';
import { readAhead } from '../read-ahead.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { PairVerifier, ScorableImage, ScorablePair } from '../verify/pair-verifier.ts';
import { doubtedWords } from './doubts.ts';
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

/** What a generator offered for a record, in its order, each verified. Independent of any threshold. */
export interface Generated {
  readonly id: string;
  readonly candidates: readonly {
    readonly text: string;
    readonly probability: number;
    readonly byTower: { readonly [tower: string]: number };
    readonly picture?: GeneratedPicture;
  }[];
}

/** What is known of the wanted records, and of how many of them a generator had to be asked. */
export interface Generation {
  readonly known: ReadonlyMap<string, Generated>;
  readonly asked: number;
}

export interface GenerationContext {
  readonly source: Source;
  readonly verifier: PairVerifier;
  readonly records: readonly ScoredRecord[];
  /** Places of the records to work on. */
  readonly wanted: readonly number[];
  readonly work: string;
  /** Asks for everything that is not known yet and keeps nothing of it. */
  readonly dryRun: boolean;
  readonly emit: OnEvent;
  readonly signal: AbortSignal | undefined;
}

const candidatesWanted = 4;
/** Records that are asked about at the same time; a generator's own limits may be narrower. */
const askedAtOnce = 8;

/** Lets a model correct the texts of pairs that were rejected, told which words the verifier doubts. */
export function generateRepairs(context: GenerationContext, repairer: Repairer): Promise<Generation> {
  return withPictures(context, 'repair', repairer.id, async (image, { text }, knobs, picture) => {
    const doubts = await doubtedWords(context.verifier, picture, text!, knobs);
    return repairer.repair({ image, text: text!, count: candidatesWanted, doubts, ...knobs });
  });
}

/** Lets a model caption lone pictures. */
export function generateCaptions(context: GenerationContext, captioner: Captioner): Promise<Generation> {
  return withPictures(context, 'caption', captioner.id, (image, _, knobs) =>
    captioner.caption({ image, count: candidatesWanted, ...knobs }),
  );
}

/** Lets a model illustrate lone texts; its pictures are kept in the work folder under their hash. */
export async function generatePictures(context: GenerationContext, illustrator: Illustrator): Promise<Generation> {
  const { verifier, records, work, dryRun, signal } = context;
  return journalled(context, 'illustrate', illustrator.id, async function* (missing) {
    for (const index of missing) {
      const { id, text } = records[index]!;
      yield async () => {
        const seed = new Random('illustrate', id).seed();
        const count = candidatesWanted;
        const pictures = await illustrator.illustrate({ text: text!, count, seed, ...(signal && { signal }) });
        if (dryRun) return { id, candidates: [] };
        const read = await Promise.all(pictures.map((bytes) => readPicture(bytes, illustrator.id, verifier.imageSize)));
        const files = await Promise.all(read.map((picture) => storePicture(work, picture)));
        const pairs = read.map(({ image, imageHash }) => ({ image, imageHash, text: text! }));
        const verified = await verify(verifier, pairs, signal);
        return { id, candidates: verified.map((candidate, k) => ({ ...candidate, picture: files[k]! })) };
      };
    }
  });
}

function withPictures(
  context: GenerationContext,
  stage: string,
  generator: string,
  ask: (
    image: Uint8Array,
    record: ScoredRecord,
    knobs: { signal?: AbortSignal },
    picture: ScorableImage,
  ) => Promise<readonly string[]>,
): Promise<Generation> {
  const { source, verifier, records, dryRun, signal } = context;
  return journalled(context, stage, generator, async function* (missing) {
    for await (const { index, record } of recordsAt(source, new Set(missing), signal)) {
      const read = await readPicture(await record.image!.bytes(), record.image!.name, verifier.imageSize);
      // What waits for an answer holds the picture encoded and fitted, not as it was decoded.
      const [encoded, { image, imageHash }] = [await portable(read), read];
      yield async () => {
        const texts = await ask(encoded, records[index]!, signal ? { signal } : {}, { image, imageHash });
        if (dryRun) return { id: record.id, candidates: [] };
        const different = [...new Set(texts)].filter((text) => text.trim() !== '' && text !== records[index]!.text);
        const pairs = different.map((text) => ({ image, imageHash, text }));
        return { id: record.id, candidates: await verify(verifier, pairs, signal) };
      };
    }
  });
}

/** Asks only for what the journal of this generator does not have yet. */
async function journalled(
  { records, wanted, work, dryRun, emit, signal }: GenerationContext,
  stage: string,
  generator: string,
  tasks: (missing: readonly number[]) => AsyncIterable<() => Promise<Generated>>,
): Promise<Generation> {
  const journal = await Journal.open<Generated>(join(work, `${stage}-${digest(generator).slice(0, 12)}.jsonl`));
  const missing = wanted.filter((index) => !journal.has(records[index]!.id));
  let done = wanted.length - missing.length;
  emit({
    type: 'stage-start',
    stage: `prepare-${stage}`,
    total: wanted.length,
    ...(done > 0 && { resumedFrom: done }),
  });
  // What was asked is paid for: also at an error the answers under way are still taken into the generator's cache.
  for await (const generated of readAhead(tasks(missing), askedAtOnce, (task) => task())) {
    if (!dryRun) await journal.add([generated]);
    emit({ type: 'stage-progress', stage: `prepare-${stage}`, done: ++done, total: wanted.length });
    signal?.throwIfAborted();
  }
  emit({ type: 'stage-end', stage: `prepare-${stage}`, done });
  const known = wanted.flatMap((index) => journal.entries.get(records[index]!.id) ?? []);
  return { known: new Map(known.map((generated) => [generated.id, generated])), asked: missing.length };
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
export async function portable({ bytes, decoded }: ReadPicture): Promise<Uint8Array> {
  const format = detectFormat(bytes);
  return format === 'png' || format === 'jpg' ? bytes : encodePng(decoded);
}
