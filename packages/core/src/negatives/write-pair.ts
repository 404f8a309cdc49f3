import type { AnswerCache } from '../answer-cache.ts';
import { isAnagramError } from '../errors.ts';
import { decodeImage } from '../image/decode.ts';
import { hashBytes, hashPixels } from '../image/hash.ts';
import type { ImageEditor, NegativeWriter, PairScorer } from '../models.ts';
import type { NegativeCategory, NegativeText, Pixels } from '../pair.ts';
import { Random } from '../random.ts';
import type { PreparedSample } from '../shard/open-pairs.ts';
import { type NegativeToStore, negativesSample, type ShardSample } from '../shard/sample.ts';
import { rejection, type TrueTexts, textKey } from './screen.ts';
import { refusalOfEdit } from './verify-edit.ts';

export interface PairWork {
  readonly writer: NegativeWriter;
  readonly editor: ImageEditor | null;
  readonly scorer: PairScorer | null;
  readonly categories: readonly NegativeCategory[];
  /** Candidates asked for of each category. */
  readonly choices: number;
  readonly seed: number;
  readonly cache: Pick<AnswerCache, 'answer'>;
  /** Everything that is said of each picture. */
  readonly known: TrueTexts;
  readonly signal: AbortSignal | undefined;
}

/**
 * What a pair's negatives may be: written, and none of them a paraphrase, said of the picture elsewhere, or a better fit than
 * the caption. Categories come in an order drawn by the seed. A pure function of the pair, the generators and the seed.
 */
export async function candidatesOf(sample: PreparedSample, work: PairWork): Promise<NegativeText[]> {
  const written = await writeTexts(sample.text, work);
  // Where there are more than wanted, every category has the same chance.
  new Random('per-pair', work.seed, sample.key).shuffle(written);
  const kept: NegativeText[] = [];
  const said = new Set<string>();
  let image: Uint8Array | undefined;
  for (const negative of written) {
    const key = textKey(negative.text);
    const { pixelHash } = sample.provenance;
    if (said.has(key) || rejection(sample.text, negative)) continue;
    if (pixelHash !== null && work.known.has(pixelHash, negative.text)) continue;
    if (work.scorer) {
      image ??= await sample.image.bytes();
      if (await fitsBetter(image, sample.text, negative.text, work)) continue;
    }
    said.add(key);
    kept.push(negative);
  }
  return kept;
}

/** The pair's negatives as they are stored, with their pictures where the editor can make them. */
export async function storedPair(
  sample: PreparedSample,
  negatives: readonly NegativeText[],
  work: PairWork,
): Promise<ShardSample> {
  const stored: NegativeToStore[] = [];
  const image = work.editor && negatives.length > 0 ? await sample.image.bytes() : null;
  let decoded: Promise<Pixels> | undefined;
  const original = image && { bytes: image, pixels: () => (decoded ??= decodeImage(image)) };
  for (const negative of negatives) {
    const edited = original ? await editPicture(original, sample, negative, work) : null;
    stored.push(edited ? { ...negative, image: edited } : negative);
  }
  return negativesSample(sample.key, stored);
}

async function writeTexts(
  text: string,
  { writer, categories, choices, seed, cache, signal }: PairWork,
): Promise<NegativeText[]> {
  const ask = () => writer.write({ text, categories, seed, count: choices, ...(signal ? { signal } : {}) });
  if (writer.free) return [...(await ask())];
  const question = ['negative-text', writer.id, text, [...categories], seed, choices];
  const knobs = signal ? { signal } : {};
  const answer = await cache.answer(question, async () => Buffer.from(JSON.stringify(await ask())), knobs);
  return JSON.parse(Buffer.from(answer).toString('utf8')) as NegativeText[];
}

async function fitsBetter(image: Uint8Array, text: string, negative: string, work: PairWork): Promise<boolean> {
  const score = (of: string) =>
    work.scorer!.score({ image, text: of, ...(work.signal ? { signal: work.signal } : {}) });
  const [own, other] = [await score(text), await score(negative)];
  return other > own;
}

async function editPicture(
  { bytes: image, pixels: originalPixels }: { bytes: Uint8Array; pixels: () => Promise<Pixels> },
  { text, provenance }: PreparedSample,
  negative: NegativeText,
  { editor, scorer, seed, cache, signal }: PairWork,
): Promise<NegativeToStore['image'] | null> {
  const ask = () => editor!.edit({ image, text, negative, seed, ...(signal ? { signal } : {}) });
  const question = ['edited-image', editor!.id, hashBytes(image), text, negative.text, seed];
  const none = new Uint8Array();
  const knobs = signal ? { signal } : {};
  const bytes = editor!.free ? await ask() : await cache.answer(question, async () => (await ask()) ?? none, knobs);
  if (!bytes || bytes.length === 0) return null;
  const pixels = await readPixels(bytes);
  if (!pixels) return null;
  const pixelHash = hashPixels(pixels);
  // An editor that changed nothing leaves a picture of which the negative text is false.
  if (pixelHash === provenance.pixelHash) return null;
  // The rules change what they are to change and nothing else; a model may draw another picture, or none of what was asked.
  if (!editor!.free) {
    const original = { bytes: image, pixels: await originalPixels(), text };
    if (await refusalOfEdit(original, { bytes, pixels, text: negative.text }, { scorer, signal })) return null;
  }
  return { bytes, pixelHash };
}

/** Null for bytes that are no picture: the negative then stays without one. */
async function readPixels(bytes: Uint8Array): Promise<Pixels | null> {
  try {
    return await decodeImage(bytes);
  } catch (error) {
    if (isAnagramError(error, 'image-unreadable')) return null;
    throw error;
  }
}
