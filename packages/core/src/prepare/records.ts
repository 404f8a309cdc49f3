import { createHash } from 'node:crypto';
import { ByteBudget } from '../byte-budget.ts';
import { AnagramError, isAnagramError } from '../errors.ts';
import { decodedBytes, decodeImage, release } from '../image/decode.ts';
import { hashBytes, hashPixels, perceptualHash } from '../image/hash.ts';
import { type Fit, fitImage } from '../image/preprocess.ts';
import type { Json, Pixels, Source, SourceRecord } from '../pair.ts';
import type { PairScore, ScorableImage } from '../verify/pair-verifier.ts';

/** What is remembered of a record; the pictures stay where they are. */
export interface IngestedRecord {
  readonly id: string;
  /** Null where there is none, or nothing but blanks. */
  readonly text: string | null;
  readonly hasImage: boolean;
  readonly problem: string | null;
  /** sha256 of the picture's bytes and of its pixels; null where it cannot be read. */
  readonly bytesHash: string | null;
  readonly pixelHash: string | null;
  readonly perceptualHash: string | null;
  /** Of the picture as it is decoded, in pixels. */
  readonly width: number | null;
  readonly height: number | null;
}

export interface ScoredRecord extends IngestedRecord {
  /** Place in the source. */
  readonly index: number;
  /** Null for what is no readable pair. */
  readonly score: PairScore | null;
}

/** A record's picture: its bytes as they came, and what a scorer sees. */
export interface ReadPicture extends ScorableImage {
  readonly bytes: Uint8Array;
  readonly decoded: Pixels;
}

/** @throws AnagramError `image-unreadable` */
export async function readPicture(
  bytes: Uint8Array,
  name: string,
  imageSize: number | null,
  fit?: Fit,
): Promise<ReadPicture> {
  const decoded = await decodeImage(bytes, name);
  const image = imageSize === null ? decoded : await fitImage(decoded, imageSize, fit);
  return { bytes, decoded, image, imageHash: hashPixels(decoded) };
}

/** Pictures that are as large as they may be are decoded one after the other, small ones side by side. */
const decoding = new ByteBudget(384 * 2 ** 20);

/**
 * What a scorer sees of a picture. However many are read at one time, those that are decoded are bounded by their bytes.
 * @param look Called with the picture as it was decoded, which is let go afterwards.
 * @param fit How it is brought to the size. @default CLIP's
 * @throws AnagramError `image-unreadable`
 */
export async function readToScore<T>(
  bytes: Uint8Array,
  name: string,
  imageSize: number | null,
  look: (decoded: Pixels) => T,
  fit?: Fit,
): Promise<ScorableImage & { seen: T }> {
  return decoding.use(await decodedBytes(bytes), async () => {
    const { decoded, image, imageHash } = await readPicture(bytes, name, imageSize, fit);
    const seen = look(decoded);
    release(decoded, image);
    return { image, imageHash, seen };
  });
}

/** Reads a record once. What is wrong with it becomes its problem, never an exception. */
export async function ingestRecord(
  record: SourceRecord,
  imageSize: number | null,
): Promise<{ facts: IngestedRecord; picture: ScorableImage | null }> {
  const facts = {
    id: record.id,
    text: record.text?.trim() ? record.text : null,
    hasImage: record.image !== undefined,
    problem: record.problem ?? null,
    bytesHash: null,
    pixelHash: null,
    perceptualHash: null,
    width: null,
    height: null,
  };
  if (!record.image) return { facts, picture: null };
  let bytesHash: string | null = null;
  try {
    const bytes = await record.image.bytes();
    bytesHash = hashBytes(bytes);
    const { image, imageHash, seen } = await readToScore(bytes, record.image.name, imageSize, (decoded) => {
      const { width, height } = decoded;
      return { perceptualHash: perceptualHash(decoded), width, height };
    });
    return { facts: { ...facts, bytesHash, pixelHash: imageHash, ...seen }, picture: { image, imageHash } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!isAnagramError(error, 'image-unreadable') && bytesHash !== null) throw error;
    return { facts: { ...facts, bytesHash, problem: facts.problem ?? reason }, picture: null };
  }
}

/**
 * Records of the source at these places, in order, without reading the others' pictures: one reading of the source, however
 * many are wanted.
 * @throws AnagramError `source-failed` where the source has fewer records than it had.
 */
export async function* recordsAt(
  source: Source,
  wanted: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ index: number; record: SourceRecord }> {
  if (wanted.size === 0) return;
  let index = 0;
  let left = wanted.size;
  const options = { wanted: (index: number) => wanted.has(index), ...(signal && { signal }) };
  for await (const record of source.records(options)) {
    if (wanted.has(index)) {
      yield { index, record };
      if (--left === 0) return;
    }
    index++;
  }
  throw new AnagramError(
    'source-failed',
    `${source.name} has ${index} records, fewer than when it was first read. Expected the same ones every time. Leave its files as they are and run the same command again.`,
    { path: source.name },
  );
}

/** Short name for what JSON says. */
export function digest(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Six digits are what a score is worth; more would differ with the size of a batch. */
export function roundScore(value: number): number {
  return Number(value.toPrecision(6));
}
