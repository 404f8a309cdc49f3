import * as z from 'zod';
import type { Json } from '../../pair.ts';
import type { Card, CardGrid } from '../../report/cards.ts';
import type { Failure, FailureDetail } from '../task.ts';
import { cut } from './facts.ts';

const mostTexts = 6;
const mostPictures = 4;
const mostCharacters = 300;

/** Thumbnails of a failure's pictures by their place; null where a picture could not be read. */
export type Thumbnails = ReadonlyMap<number, Uint8Array | null>;

/** The first failures of each category in turn, so that one bad category does not hide the others. */
export function worst(failures: readonly Failure[], most: number): Failure[] {
  const categories = [...Map.groupBy(failures, ({ category }) => category).values()];
  const chosen: Failure[] = [];
  for (let k = 0; chosen.length < Math.min(most, failures.length); k++) {
    chosen.push(...categories.flatMap((members) => members[k] ?? []).slice(0, most - chosen.length));
  }
  return chosen;
}

/** Texts and pictures that are shown, in their order: the worst of those that belong together, the best of those that do not. */
export function shownOf(detail: FailureDetail): { texts: number[]; pictures: number[] } {
  const { texts, fits, cosines } = detail;
  const columns = [...(cosines[0] ?? []).keys()];
  return {
    texts: select([...texts.keys()], mostTexts, (c) => columns.map((i) => [fits[c]![i]!, cosines[c]![i]!])),
    pictures: select(columns, mostPictures, (i) => texts.map((_, c) => [fits[c]![i]!, cosines[c]![i]!])),
  };
}

function select(places: number[], most: number, cells: (place: number) => [fits: boolean, cosine: number][]): number[] {
  const ranked = places.map((place) => {
    const own = cells(place);
    return { place, fits: own.some(([fits]) => fits), cosine: Math.max(...own.map(([, cosine]) => cosine)) };
  });
  const right = ranked.filter(({ fits }) => fits).sort((a, b) => a.cosine - b.cosine);
  const wrong = ranked.filter(({ fits }) => !fits).sort((a, b) => b.cosine - a.cosine);
  const kept = right.slice(0, most - Math.min(wrong.length, most / 2));
  return [...kept, ...wrong.slice(0, most - kept.length)].map(({ place }) => place).sort((a, b) => a - b);
}

/** One wrong decision: its pictures, its texts, and the cosines that decided it. */
export function failureCard({ id, category, detail }: Failure, thumbnails: Thumbnails = new Map()): Card {
  const title = cut(`${category} · ${id}`, 120);
  const known = readDetail(detail);
  if (!known) return { title, images: [], lines: linesOf(detail), tone: 'bad' };
  const { matrix, rest } = known;
  const shown = shownOf(matrix);
  const alone = shown.pictures.length === 1;
  const left = matrix.texts.length - shown.texts.length;
  return {
    title,
    images: shown.pictures
      .filter((i) => thumbnails.has(i))
      .map((i) => ({
        bytes: thumbnails.get(i)!,
        alt: describe(matrix, i),
        ...(!alone && { caption: `picture ${i + 1}` }),
      })),
    grid: gridOf(matrix, shown),
    lines: [...(left > 0 ? [`and ${left} more texts`] : []), ...linesOf(rest)],
    tone: 'bad',
  };
}

function gridOf({ texts, fits, cosines }: FailureDetail, shown: { texts: number[]; pictures: number[] }): CardGrid {
  const head = shown.pictures.length === 1 ? ['cosine'] : shown.pictures.map((i) => `picture ${i + 1}`);
  return {
    head: ['text', ...head],
    rows: shown.texts.map((c) => ({
      text: cut(texts[c]!, mostCharacters),
      cells: shown.pictures.map((i) => {
        const cosine = cosines[c]![i]!;
        const text = Number.isFinite(cosine) ? cosine.toFixed(4) : '–';
        if (fits[c]![i]!) return { text: `✓ ${text}`, tone: 'good' };
        // A wrong cell matters where it is not below a right one of its picture, or of its text.
        const rivals = [
          ...texts.flatMap((_, other) => (fits[other]![i] ? [cosines[other]![i]!] : [])),
          ...cosines[c]!.filter((_, other) => fits[c]![other]),
        ];
        return rivals.some((right) => !(cosine < right)) ? { text: `✗ ${text}`, tone: 'bad' } : { text };
      }),
    })),
  };
}

/** What stands under a picture that is not seen: a text that belongs to it. */
function describe({ texts, fits }: FailureDetail, picture: number): string {
  const own = texts.find((_, c) => fits[c]![picture]);
  return own === undefined ? `a picture that belongs to none of the texts` : cut(own, mostCharacters);
}

const detailSchema = z.looseObject({
  texts: z.array(z.string()).min(1),
  fits: z.array(z.array(z.boolean())),
  cosines: z.array(z.array(z.number().nullable())),
});

/** The texts and cosines of a detail, and what stands beside them; null where it holds none. */
export function readDetail(detail: Json): { matrix: FailureDetail; rest: Json } | null {
  const parsed = detailSchema.safeParse(detail);
  if (!parsed.success) return null;
  const { texts, fits, ...rest } = parsed.data;
  // What is no number became null in JSON.
  const cosines = parsed.data.cosines.map((row) => row.map((cosine) => cosine ?? Number.NaN));
  const width = cosines[0]?.length ?? 0;
  const whole = (rows: readonly (readonly unknown[])[]) =>
    rows.length === texts.length && rows.every((row) => row.length === width);
  if (!whole(cosines) || !whole(fits)) return null;
  const { cosines: _, pictures: __, answers: ___, ...others } = rest;
  return { matrix: { texts, fits, cosines }, rest: others as Json };
}

/** `wrong: text, group`, `rank: 14`. */
function linesOf(detail: Json): string[] {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return [cut(String(detail))];
  return Object.entries(detail).map(([name, value]) => {
    const plain = Array.isArray(value) && value.every((each) => typeof each !== 'object');
    const text = plain ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
    return cut(`${name}: ${text}`);
  });
}
