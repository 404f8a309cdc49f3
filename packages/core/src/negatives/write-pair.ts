import type { AnswerCache } from '../answer-cache.ts';
import { isAnagramError } from '../errors.ts';
import { decodeImage } from '../image/decode.ts';
import { hashBytes, hashPixels } from '../image/hash.ts';
import type { ImageEditor, NegativeWriter, PairScorer } from '../models.ts';
import type { NegativeCategory, NegativeText } from '../pair.ts';
import { Random } from '../random.ts';
import type { PreparedSample } from '../shard/open-pairs.ts';
import { type NegativeToStore, negativesSample, type ShardSample } from '../shard/sample.ts';
import { rejection, type TrueTexts, textKey } from './screen.ts';

export interface PairWork {
  readonly writer: NegativeWriter;
  readonly editor: ImageEditor | null;
  readonly scorer: PairScorer | null;
  readonly categories: readonly NegativeCategory[];
  readonly perPair: number;
  readonly seed: number;
  readonly cache: AnswerCache;
  /** Everything that is said of each picture. */
  readonly known: TrueTexts;
  readonly signal: AbortSignal | undefined;
}

/** Writes, screens and illustrates the negatives of one pair. A pure function of the pair, the generators and the seed. */
export async function negativesOfPair(sample: PreparedSample, work: PairWork): Promise<ShardSample> {
  const written = await writeTexts(sample.text, work);
  // Where there are more than wanted, every category has the same chance.
  new Random('per-pair', work.seed, sample.key).shuffle(written);
  const kept: NegativeToStore[] = [];
  const said = new Set<string>();
  let image: Uint8Array | undefined;
  for (const negative of written) {
    if (kept.length === work.perPair) break;
    const key = textKey(negative.text);
    const { pixelHash } = sample.provenance;
    if (said.has(key) || rejection(sample.text, negative)) continue;
    if (pixelHash !== null && work.known.has(pixelHash, negative.text)) continue;
    if (work.scorer || work.editor) image ??= await sample.image.bytes();
    if (image && work.scorer && (await fitsBetter(image, sample.text, negative.text, work))) continue;
    said.add(key);
    const edited = image && work.editor ? await editPicture(image, sample, negative, work) : null;
    kept.push(edited ? { ...negative, image: edited } : negative);
  }
  return negativesSample(sample.key, kept);
}

async function writeTexts(
  text: string,
  { writer, categories, seed, cache, signal }: PairWork,
): Promise<NegativeText[]> {
  const ask = () => writer.write({ text, categories, seed, ...(signal ? { signal } : {}) });
  if (writer.free) return [...(await ask())];
  const question = ['negative-text', writer.id, text, [...categories], seed];
  const answer = await cache.answer(question, async () => Buffer.from(JSON.stringify(await ask())));
  return JSON.parse(Buffer.from(answer).toString('utf8')) as NegativeText[];
}

async function fitsBetter(image: Uint8Array, text: string, negative: string, work: PairWork): Promise<boolean> {
  const score = (of: string) =>
    work.scorer!.score({ image, text: of, ...(work.signal ? { signal: work.signal } : {}) });
  const [own, other] = [await score(text), await score(negative)];
  return other > own;
}

async function editPicture(
  image: Uint8Array,
  { text, provenance }: PreparedSample,
  negative: NegativeText,
  { editor, seed, cache, signal }: PairWork,
): Promise<NegativeToStore['image'] | null> {
  const ask = () => editor!.edit({ image, text, negative, seed, ...(signal ? { signal } : {}) });
  const question = ['edited-image', editor!.id, hashBytes(image), text, negative.text, seed];
  const none = new Uint8Array();
  const bytes = editor!.free ? await ask() : await cache.answer(question, async () => (await ask()) ?? none);
  if (!bytes || bytes.length === 0) return null;
  const pixelHash = await readHash(bytes);
  // An editor that changed nothing leaves a picture of which the negative text is false.
  return pixelHash === null || pixelHash === provenance.pixelHash ? null : { bytes, pixelHash };
}

/** Null for bytes that are no picture: the negative then stays without one. */
async function readHash(bytes: Uint8Array): Promise<string | null> {
  try {
    return hashPixels(await decodeImage(bytes));
  } catch (error) {
    if (isAnagramError(error, 'image-unreadable')) return null;
    throw error;
  }
}
