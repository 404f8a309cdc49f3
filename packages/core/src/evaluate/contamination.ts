import { hashPixels, perceptualHash } from '../image/hash.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import type { Score } from './task.ts';

const readAtOnce = 16;

/** How a picture stood in the training data: the same file, the same pixels, or a perceptual hash at most 3 of 64 bits away. */
export type Likeness = 'bytes' | 'pixels' | 'near';

/** What a model was trained on, as far as a task wants to know. */
export interface TrainingContent {
  /** Names of the sets. */
  readonly names: readonly string[];
  /** Hash of everything that is asked for here. */
  readonly fingerprint: string;
  /** Whether a text stood there, without regard to case, punctuation and spacing. */
  hasText(text: string): boolean;
  /** @returns null for a picture that was not found. A part of a picture is looked for as its whole. */
  findPicture(image: Pixels | ImageFile): Promise<Likeness | null>;
}

/** What of a task stood in the training data. */
export interface Contamination {
  /** Names of the training sets. */
  readonly trainedOn: readonly string[];
  /** Distinct texts. */
  readonly texts: { readonly count: number; readonly of: number; readonly first: readonly string[] };
  /** Distinct pictures; a near one may be another picture that looks alike. */
  readonly pictures: {
    readonly count: number;
    readonly of: number;
    readonly first: readonly { readonly picture: string; readonly as: Likeness }[];
  };
  /** Items with such a text or picture. */
  readonly items: { readonly count: number; readonly of: number };
  /** The scores over the other items alone; a score without such an item is not there. */
  readonly rest: { readonly [score: string]: Score };
}

/** What an item shows and says. */
interface Shown {
  readonly texts: readonly string[];
  /** Names of its pictures. */
  readonly pictures: readonly string[];
}

/**
 * Looks for the items' texts and pictures in the training data.
 * @param files Pictures by the names that the items use.
 * @returns The report but for its scores, and the items that stood there.
 */
export async function findContamination<I>(
  trainedOn: TrainingContent,
  items: readonly I[],
  shown: (item: I) => Shown,
  files: ReadonlyMap<string, Pixels | ImageFile>,
  signal: AbortSignal | undefined,
): Promise<{ report: Omit<Contamination, 'rest'>; contaminated: ReadonlySet<I> }> {
  const all = items.map(shown);
  const texts = [...new Set(all.flatMap((item) => item.texts))];
  const knownTexts = new Set(texts.filter((text) => trainedOn.hasText(text)));
  const pictures = [...new Set(all.flatMap((item) => item.pictures))];
  // Several names may be parts of one picture.
  const wholes = new Map(pictures.map((picture) => [picture, wholeOf(files.get(picture)!)]));
  const distinct = [...new Set(wholes.values())];
  const likeness = new Map<Pixels | ImageFile, Likeness | null>();
  for (let at = 0; at < distinct.length; at += readAtOnce) {
    signal?.throwIfAborted();
    const part = distinct.slice(at, at + readAtOnce);
    const found = await Promise.all(part.map((picture) => trainedOn.findPicture(picture)));
    part.forEach((picture, k) => {
      likeness.set(picture, found[k]!);
    });
  }
  const knownPictures = new Map(
    pictures.flatMap((picture) => {
      const as = likeness.get(wholes.get(picture)!);
      return as ? [[picture, as] as const] : [];
    }),
  );
  const contaminated = new Set(
    items.filter((_, at) => {
      const own = all[at]!;
      return own.texts.some((text) => knownTexts.has(text)) || own.pictures.some((name) => knownPictures.has(name));
    }),
  );
  return {
    report: {
      trainedOn: trainedOn.names,
      texts: { count: knownTexts.size, of: texts.length, first: [...knownTexts].slice(0, 10) },
      pictures: {
        count: knownPictures.size,
        of: pictures.length,
        first: [...knownPictures].slice(0, 10).map(([picture, as]) => ({ picture, as })),
      },
      items: { count: contaminated.size, of: items.length },
    },
    contaminated,
  };
}

function wholeOf(picture: Pixels | ImageFile): Pixels | ImageFile {
  return 'cutFrom' in picture && picture.cutFrom ? picture.cutFrom.file : picture;
}

/** Hashes by which a picture is known again; no near one for a picture without features, which is near to all like it. */
export function pictureHashes(pixels: Pixels): { pixels: string; near: string | null } {
  const near = perceptualHash(pixels);
  return { pixels: hashPixels(pixels), near: /^0+$/.test(near) ? null : near };
}
