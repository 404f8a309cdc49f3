import type { NativeBatch } from '@anagram/native';
import { encodeTriples } from '../clip/encode-triples.ts';
import { AnagramError } from '../errors.ts';
import type { Pixels, RegionFeatures } from '../pair.ts';
import { Random } from '../random.ts';
import type { EncodedText, TextTokenizer } from '../text/text-tokenizer.ts';
import { trigramShuffle } from '../text/trigram-shuffle.ts';
import type { DrawnRows } from './curriculum.ts';
import { type DrawnPair, isNegativePair } from './draw-pairs.ts';
import type { ResolvedSettings } from './settings.ts';

export interface Batch {
  readonly native: NativeBatch;
  /** One for each pair drawn. */
  readonly draws: readonly DrawnRows[];
  /** Texts that were cut to the context length. */
  readonly cutTexts: number;
}

/** Numbers the distinct keys in the order of their first use: equal keys, equal groups. */
class Groups {
  readonly #numbers = new Map<string, number>();
  #next = 0;

  number(key: string | null): number {
    const known = key === null ? undefined : this.#numbers.get(key);
    if (known !== undefined) return known;
    if (key !== null) this.#numbers.set(key, this.#next);
    return this.#next++;
  }
}

/** A column of the batch: pictures or texts. Rows come first, lone negatives behind them. */
interface Entry<T> {
  readonly value: T;
  /** null = equal to nothing else. */
  readonly key: string | null;
}

/**
 * Lays out one step: first the drawn pairs, then their negative pairs, as rows; behind them lone texts and lone pictures.
 * Own links go both ways between a pair and its negative pair.
 */
export function buildBatch(
  step: number,
  drawn: readonly DrawnPair[],
  options: {
    settings: ResolvedSettings;
    tokenizer: TextTokenizer;
    contextLength: number;
    imageSize: number;
    /** Whether the model reads texts as triples too. Default false. */
    readsTriples?: boolean;
    /** Numbers of a region that the model reads. Default: null, none. */
    regionWidth?: number | null;
  },
): Batch {
  const { settings, tokenizer, contextLength, imageSize, readsTriples = false, regionWidth = null } = options;
  const images: Entry<Pixels>[] = drawn.map(({ pair }) => ({ value: pair.image, key: pair.imageKey }));
  const texts: Entry<string>[] = drawn.map(({ pair }) => ({ value: pair.text, key: tokenizer.normalise(pair.text) }));
  const weights = drawn.map(({ pair }) => pair.weight);
  const ownTexts: number[][] = drawn.map(() => []);
  const ownImages: number[][] = drawn.map(() => []);
  const draws = drawn.map(({ negatives }, row) => ({
    rows: [row],
    categories: negatives.map(({ category }) => category),
  }));

  drawn.forEach(({ pair, negatives }, row) => {
    for (const negative of negatives) {
      if (!isNegativePair(negative, settings)) continue;
      const other = images.push({ value: negative.image!, key: negative.imageKey }) - 1;
      texts.push({ value: negative.text!, key: tokenizer.normalise(negative.text!) });
      weights.push(pair.weight);
      ownTexts[row]!.push(other);
      ownImages[row]!.push(other);
      ownTexts.push([row]);
      ownImages.push([row]);
      draws[row]!.rows.push(other);
    }
  });
  const pairs = weights.length;

  drawn.forEach(({ negatives }, row) => {
    for (const negative of negatives) {
      if (isNegativePair(negative, settings)) continue;
      const { text, image, imageKey } = negative;
      if (text !== null) ownTexts[row]!.push(texts.push({ value: text, key: tokenizer.normalise(text) }) - 1);
      if (image !== null) ownImages[row]!.push(images.push({ value: image, key: imageKey }) - 1);
    }
  });

  const read = (text: string) => ({ text, encoded: tokenizer.encode(text, contextLength) });
  const ofTexts = texts.map(({ value }) => read(value));
  const encoded = ofTexts.map((text) => text.encoded);
  const ofShuffled = shuffleTexts(
    step,
    texts.slice(0, pairs).map(({ value }) => value),
    settings,
  ).map((text) => (text === null ? null : read(text)));
  const shuffled = ofShuffled.map((text) => text?.encoded ?? null);
  const reworded = drawn.flatMap(({ paraphrase }, row) => (paraphrase === null ? [] : [{ row, ...read(paraphrase) }]));
  const detected = regionWidth === null ? [] : findRegions(drawn, settings, regionWidth);
  const tags = detected.map(({ tags }) => read(tags));
  const all = [...ofTexts, ...ofShuffled, ...reworded, ...tags];
  const length = Math.max(...all.map((text) => text?.encoded.length ?? 0));
  const keys = texts.slice(0, pairs).map(({ key }) => key);
  // A text that words another pair's caption otherwise is true of that pair's picture.
  const alsoTrue = reworded.flatMap(({ row, text }) => {
    const key = tokenizer.normalise(text);
    return keys.flatMap((other, column) => (other === key && column !== row ? [row, column] : []));
  });
  const imageGroups = new Groups();
  const textGroups = new Groups();
  const tagGroups = new Groups();
  const ownTextLinks = compress(ownTexts);
  const ownImageLinks = compress(ownImages);
  return {
    native: {
      pairs,
      images: concatenate(
        images.map(({ value }) => value),
        imageSize,
      ),
      texts: stack(encoded, length),
      textLengths: Int32Array.from(encoded, (text) => text.length),
      imageGroups: Int32Array.from(images, ({ key }) => imageGroups.number(key)),
      textGroups: Int32Array.from(texts, ({ key }) => textGroups.number(key)),
      weights: Float32Array.from(weights),
      ownTextOffsets: ownTextLinks.offsets,
      ownTextIndex: ownTextLinks.index,
      ownImageOffsets: ownImageLinks.offsets,
      ownImageIndex: ownImageLinks.index,
      alsoTrue: Int32Array.from(alsoTrue),
      shuffledTexts: stack(shuffled, length),
      shuffledTextLengths: Int32Array.from(shuffled, (text) => text?.length ?? 0),
      paraphrases: stack(
        reworded.map(({ encoded }) => encoded),
        length,
      ),
      paraphraseLengths: Int32Array.from(reworded, ({ encoded }) => encoded.length),
      paraphraseRows: Int32Array.from(reworded, ({ row }) => row),
      ...(detected.length > 0 && {
        regions: {
          features: join(detected.map(({ features }) => features)),
          counts: Int32Array.from(detected, ({ features }) => features.length / regionWidth!),
          rows: Int32Array.from(levelsOf(settings).flatMap((level) => detected.map(({ row }) => row + level))),
          tags: stack(
            tags.map(({ encoded }) => encoded),
            length,
          ),
          tagLengths: Int32Array.from(tags, ({ encoded }) => encoded.length),
          tagGroups: Int32Array.from(tags, ({ text }) => tagGroups.number(tokenizer.normalise(text))),
        },
      }),
      ...(readsTriples && { triples: encodeTriples(all, tokenizer, contextLength) }),
      seed: new Random(settings.seed, 'step', step).seed(),
    },
    draws,
    cutTexts: [...encoded, ...tags.map(({ encoded }) => encoded)].filter(({ lost }) => lost > 0).length,
  };
}

/** Distance of a pair's rows from its first: those of its levels stand side by side. */
function levelsOf({ objective }: ResolvedSettings): number[] {
  return objective.levels ? [0, 1] : [0];
}

/** What detectors say of the drawn pairs, with the pair's first row; empty where no term wants it. */
function findRegions(
  drawn: readonly DrawnPair[],
  settings: ResolvedSettings,
  width: number,
): (RegionFeatures & { row: number })[] {
  if (settings.objective.crossLevels === 0) return [];
  const levels = levelsOf(settings).length;
  return drawn.flatMap(({ pair: { regions } }, row) => {
    if (!regions || row % levels !== 0) return [];
    const why = whyUnfit(regions, width);
    if (why === null) return [{ ...regions, row }];
    // The last level has the caption itself.
    const { text } = drawn[row + levels - 1]!.pair;
    throw new AnagramError(
      'invalid-options',
      `The pair of "${text}" has ${why}. Correct the pair's \`regions\`, or the model's \`regions.width\`.`,
      { where: 'pairs' },
    );
  });
}

function whyUnfit({ features, tags }: RegionFeatures, width: number): string | null {
  if (!(features instanceof Float32Array))
    return 'regions whose features are no Float32Array. Expected one, row by row';
  if (typeof tags !== 'string')
    return 'regions whose tags are no text. Expected one text, such as "black cat, red car"';
  if (features.length > 0 && features.length % width === 0) return null;
  return `${features.length} numbers of regions. Expected a multiple of the ${width} of a region that the model reads, at least one region`;
}

/** T'_S for a share of the rows; null for the others and for those too short. Empty where the term is off. */
function shuffleTexts(
  step: number,
  texts: readonly string[],
  { structure, seed }: ResolvedSettings,
): (string | null)[] {
  if (structure.text === 'off' || structure.weight === 0) return [];
  const random = new Random(seed, 'trigrams', step);
  const order = random.shuffle(texts.map((_, row) => row));
  const chosen = new Set(order.slice(0, Math.round(structure.share * texts.length)));
  return texts.map((text, row) => (chosen.has(row) ? trigramShuffle(text, structure.unit, random) : null));
}

/** Compressed rows: those of row r are `index[offsets[r]] … index[offsets[r + 1] - 1]`. */
function compress(rows: readonly (readonly number[])[]): { offsets: Int32Array; index: Int32Array } {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => {
    offsets[at + 1] = offsets[at]! + row.length;
  });
  return { offsets, index: Int32Array.from(rows.flat()) };
}

/** (texts, length) token ids */
function stack(texts: readonly (EncodedText | null)[], length: number): Int32Array {
  const ids = new Int32Array(texts.length * length);
  texts.forEach((text, row) => {
    if (text) ids.set(text.ids.subarray(0, text.length), row * length);
  });
  return ids;
}

/** One after the other: a batch has millions of numbers of regions. */
function join(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** (images, size, size, 3) */
function concatenate(images: readonly Pixels[], size: number): Uint8Array {
  const pixels = new Uint8Array(images.length * size * size * 3);
  images.forEach(({ data }, row) => {
    pixels.set(data, row * size * size * 3);
  });
  return pixels;
}
