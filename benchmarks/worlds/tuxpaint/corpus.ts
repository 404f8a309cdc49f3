import { AnagramError, Random, type Source } from '@anagram/core';
import sharp from 'sharp';
import { derange } from '../derange.ts';
import { readStampPictures, readStamps, stampsPackage } from './stamps.ts';

/** Version of the corpus: the same version, package, language, seed and share give the same records. */
export const stampCorpusVersion = 1;

export interface StampCorpusOptions {
  readonly language: 'en' | 'ko';
  readonly seed: number;
  /** Share of the pairs that get another pair's text. Default: 0.3. */
  readonly wrong?: number;
  /** Width and height of the pictures in pixels. Default: 96. */
  readonly size?: number;
  /** The package's file; fetched with apt where it is left out. */
  readonly deb?: string;
}

/**
 * Stamps on white with what people wrote about them, some with a wrong text (never one that equals the right one). Of a stamp
 * with a PNG and an SVG the PNG is taken.
 * @returns `truth` says, by record id, the right text; only an evaluation may look at it.
 */
export async function stampCorpus(
  options: StampCorpusOptions,
): Promise<{ source: Source; truth: ReadonlyMap<string, { readonly text: string; readonly right: boolean }> }> {
  const { language, seed, wrong = 0.3, size = 96, deb } = options;
  const pictures = new Map<string, Uint8Array>();
  for await (const { id, format, bytes } of readStampPictures(deb)) {
    if (format === 'png' || !pictures.has(id)) pictures.set(id, bytes);
  }
  const random = new Random('stamp-corpus', stampCorpusVersion, seed);
  const stamps = random.shuffle(
    (await readStamps(deb)).flatMap(({ id, [language]: text }) => {
      const picture = pictures.get(id);
      return text !== null && picture ? [{ text, picture }] : [];
    }),
  );
  const texts = stamps.map(({ text }) => text);
  const places = random.shuffle(texts.map((_, i) => i)).slice(0, Math.round(wrong * texts.length));
  derange(texts, places, random);

  const ids = stamps.map((_, i) => `stamp-${String(i).padStart(4, '0')}`);
  const truth = new Map(ids.map((id, i) => [id, { text: stamps[i]!.text, right: texts[i] === stamps[i]!.text }]));
  const source: Source = {
    name: 'stamp-corpus',
    settings: { version: stampCorpusVersion, package: stampsPackage.sha256, language, seed, wrong, size },
    async *records({ signal } = {}) {
      for (const [i, id] of ids.entries()) {
        signal?.throwIfAborted();
        const image = { name: `${id}.png`, bytes: () => onWhite(id, stamps[i]!.picture, size) };
        yield { id, text: texts[i]!, image };
      }
    },
  };
  return { source, truth };
}

/** Whole, in the middle of a white square. */
async function onWhite(id: string, picture: Uint8Array, size: number): Promise<Uint8Array> {
  try {
    return await sharp(picture)
      .resize(size, size, { fit: 'contain', background: '#fff' })
      .flatten({ background: '#fff' })
      .png()
      .toBuffer();
  } catch (cause) {
    throw new AnagramError('image-unreadable', `${id} cannot be drawn: ${cause}.`, { name: id }, { cause });
  }
}
