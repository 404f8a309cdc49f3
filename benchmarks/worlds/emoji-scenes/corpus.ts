import { Random, type Source, type SourceRecord } from '@anagram/core';
import sharp from 'sharp';
import { addNoise } from '../noise.ts';
import type { Artwork } from './artwork.ts';
import type { Style } from './artwork-packages.ts';
import { checkStyles } from './checks.ts';
import { spriteSize } from './sprite-file.ts';

/** Version of the corpus: the same version, artwork, styles, seed and shares give the same records. */
export const emojiCorpusVersion = 1;

/** What the noise did to one record. */
export interface CorpusTruth {
  readonly style: Style;
  /** The right text of the record's picture; of a lone text, the text itself. */
  readonly name: string;
  readonly kind: 'pair' | 'image' | 'text';
  /** Whether a pair's text is its picture's; null for what is no pair. */
  readonly right: boolean | null;
}

export interface EmojiCorpusOptions {
  readonly artwork: Artwork;
  /** Styles whose pictures are in it; leave the held-out vendor's out. */
  readonly styles: readonly Style[];
  readonly seed: number;
  /** Share of the records that lose their text. Default: 0.1. */
  readonly lostTexts?: number;
  /** Share of the records that lose their picture. Default: 0.1. */
  readonly lostImages?: number;
  /** Share of the pairs left that get another pair's text. Default: 0.3. */
  readonly wrong?: number;
  /** At most so many records, drawn at random. Default: every picture of every style. */
  readonly limit?: number;
  /** Width and height of the pictures in pixels. Default: 48. */
  readonly size?: number;
}

/**
 * A noisy pile: emoji pictures on white with their names, in random order, some without a text, some without a picture, some with a
 * wrong text (never one that equals the right one). Ids tell nothing.
 * @returns `truth` says, by record id, what is right; only an evaluation may look at it.
 * @throws AnagramError `invalid-options` for a style that the artwork lacks.
 */
export function emojiCorpus(options: EmojiCorpusOptions): { source: Source; truth: ReadonlyMap<string, CorpusTruth> } {
  const { artwork, styles, seed, lostTexts = 0.1, lostImages = 0.1, wrong = 0.3, limit, size = 48 } = options;
  checkStyles('emojiCorpus', artwork, styles);
  const random = new Random('emoji-corpus', emojiCorpusVersion, seed);
  const pictures = random
    .shuffle(styles.flatMap((style) => artwork.emoji.map(({ name }) => ({ style, name }))))
    .slice(0, limit);
  const names = pictures.map(({ name }) => name);
  const noisy = addNoise(names, { lostTexts, lostImages, wrong }, random);

  const truth = new Map<string, CorpusTruth>();
  const records = pictures.map(({ style, name }, i): SourceRecord => {
    const id = `emoji-${String(i).padStart(5, '0')}`;
    const { kind, text } = noisy[i]!;
    truth.set(id, { style, name, kind, right: kind === 'pair' ? text === name : null });
    return {
      id,
      ...(kind === 'image' ? {} : { text }),
      ...(kind === 'text'
        ? {}
        : { image: { name: `${id}.png`, bytes: () => encodeOnWhite(artwork.picture(style, name), size) } }),
    };
  });
  const source: Source = {
    name: 'emoji-corpus',
    settings: {
      version: emojiCorpusVersion,
      artwork: artwork.fingerprint,
      styles: [...styles],
      seed,
      lostTexts,
      lostImages,
      wrong,
      limit: limit ?? null,
      size,
    },
    async *records({ signal } = {}) {
      for (const record of records) {
        signal?.throwIfAborted();
        yield record;
      }
    },
  };
  return { source, truth };
}

/** @param picture Premultiplied RGBA, (64, 64, 4). */
async function encodeOnWhite(picture: Uint8Array, size: number): Promise<Uint8Array> {
  const rgb = new Uint8Array(spriteSize * spriteSize * 3);
  for (let from = 0, to = 0; from < picture.length; from += 4, to += 3) {
    const white = 255 - picture[from + 3]!;
    for (let c = 0; c < 3; c++) rgb[to + c] = Math.min(255, picture[from + c]! + white);
  }
  return sharp(rgb, { raw: { width: spriteSize, height: spriteSize, channels: 3 } })
    .resize(size, size)
    .png()
    .toBuffer();
}
